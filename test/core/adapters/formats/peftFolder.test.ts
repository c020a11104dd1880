import { cp, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Ia3Adapter } from "../../../../extension/core/adapters/methods/ia3.ts";
import type { LoraAdapter } from "../../../../extension/core/adapters/methods/lora.ts";
import type { PrefixAdapter } from "../../../../extension/core/adapters/methods/prefix.ts";
import { readAdapter } from "../../../../extension/core/adapters/formats/peftFolder.ts";
import { openSafetensors, writeSafetensors } from "../../../../extension/core/weights/safetensors.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures/peft");
const expected = JSON.parse(await readFile(join(fixtures, "expected.json"), "utf8"));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-adapter-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A copy of a fixture with some fields of its configuration changed. */
async function changed(name: string, fields: Record<string, unknown>): Promise<string> {
  const copy = join(folder, name);
  await cp(join(fixtures, name), copy, { recursive: true });
  const path = join(copy, "adapter_config.json");
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, "utf8")), ...fields }));
  return copy;
}

/** A copy of a fixture with its tensors replaced. */
async function withTensors(
  name: string,
  edit: (tensors: Map<string, { shape: readonly number[]; data: Float32Array }>) => void,
): Promise<string> {
  const copy = await changed(name, {});
  const path = join(copy, "adapter_model.safetensors");
  const file = await openSafetensors(path);
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [key, { shape }] of file.tensors) tensors.set(key, { shape, data: await file.read(key) });
  await file.close();
  edit(tensors);
  await writeSafetensors(
    path,
    [...tensors].map(([key, { shape, data }]) => ({ name: key, shape, data })),
  );
  return copy;
}

/** scaling · B · A · (1, 1, …): what the adapter adds for an input of ones. */
function rowSums({ scaling, rank, modules }: LoraAdapter, path: string): number[] {
  const { a, b, inFeatures, outFeatures } = modules.get(path) ?? {
    a: Float32Array.of(),
    b: Float32Array.of(),
    inFeatures: 0,
    outFeatures: 0,
  };
  const inner = Array.from({ length: rank }, (_, r) =>
    a.slice(r * inFeatures, (r + 1) * inFeatures).reduce((x, y) => x + y, 0),
  );
  return Array.from(
    { length: outFeatures },
    (_, o) => scaling * inner.reduce((sum, x, r) => sum + x * (b[o * rank + r] ?? NaN), 0),
  );
}

describe("readAdapter", () => {
  test.each(["rslora", "all-linear"])(
    "reads LoRA saved by PEFT (%s) with the effect that PEFT gives it",
    async (name) => {
      const adapter = (await readAdapter(join(fixtures, name))) as LoraAdapter;
      expect(adapter).toMatchObject({ method: "lora", name, baseModel: "tiny-qwen2" });
      expect([...adapter.modules.keys()].toSorted()).toEqual(Object.keys(expected[name]).toSorted());
      for (const [path, sums] of Object.entries<number[]>(expected[name])) {
        const found = rowSums(adapter, path);
        expect(found).toHaveLength(sums.length);
        for (const [i, sum] of sums.entries()) expect(found[i]).toBeCloseTo(sum, 3);
      }
    },
  );

  test("reads rank, alpha, dropout and the scaling of rsLoRA", async () => {
    expect(await readAdapter(join(fixtures, "rslora"))).toMatchObject({
      rank: 4,
      alpha: 8,
      dropout: 0.05,
      rsLora: true,
      scaling: 4,
    });
    expect(await readAdapter(join(fixtures, "all-linear"))).toMatchObject({
      rank: 1,
      alpha: 4,
      rsLora: false,
      scaling: 4,
    });
  });

  test("reads IA3 saved by PEFT, with the side that each vector scales", async () => {
    const adapter = (await readAdapter(join(fixtures, "ia3"))) as Ia3Adapter;
    const found = Object.fromEntries(
      [...adapter.modules].map(([path, { on, values }]) => [path, { on, values: [...values] }]),
    );
    expect(found).toEqual(expected.ia3);
  });

  test("reads prompt tuning saved by PEFT", async () => {
    expect(await readAdapter(join(fixtures, "prompt"))).toMatchObject({
      method: "prompt",
      baseModel: "tiny-qwen2",
      tokens: 3,
      hiddenSize: 64,
      stacks: 1,
    });
    expect(await readAdapter(join(fixtures, "prompt-t5"))).toMatchObject({ tokens: 2, hiddenSize: 32, stacks: 2 });
  });

  test.each(["prefix", "prefix-codegen", "projected"])(
    "reads prefix tuning saved by PEFT (%s) as the keys and values that PEFT puts into its cache",
    async (name) => {
      const { tokens, layers, kvHeads, headSize, values } = (await readAdapter(join(fixtures, name))) as PrefixAdapter;
      const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
      const found = numbers(layers).map((layer) =>
        numbers(2).map((side) =>
          numbers(kvHeads).map((head) =>
            numbers(tokens).map((token) => {
              const start = (((token * layers + layer) * 2 + side) * kvHeads + head) * headSize;
              return Array.from(values.subarray(start, start + headSize));
            }),
          ),
        ),
      );
      expect(found).toEqual(expected[name]);
    },
  );

  test.each<[string, Record<string, unknown>, string]>([
    ["prompt", { num_virtual_tokens: 4 }, "shape [3, 64], adapter_config.json says [4, 64]"],
    ["prompt", { token_dim: 32 }, "shape [3, 64], adapter_config.json says [3, 32]"],
    ["prefix", { num_layers: 3 }, "shape [3, 128], adapter_config.json says [3, 192]"],
    ["prefix", { num_attention_heads: 3 }, "token_dim 32 is no multiple of num_attention_heads 3"],
    ["prefix", { num_layers: undefined }, "num_layers"],
  ])("refuses %s with %j", async (name, fields, message) => {
    const copy = await changed(name, fields);
    await expect(readAdapter(copy)).rejects.toMatchObject({
      code: "adapter-invalid",
      message: expect.stringContaining(message),
    });
  });

  test("refuses a foreign tensor beside virtual tokens", async () => {
    const copy = await withTensors("prompt", (tensors) =>
      tensors.set("word_embeddings", { shape: [1], data: new Float32Array(1) }),
    );
    await expect(readAdapter(copy)).rejects.toMatchObject({ message: expect.stringContaining('"word_embeddings"') });
  });

  test.each<[string, string]>([
    ["dora", "DoRA"],
    ["ranks", "ranks by module"],
    ["bias", "trained biases"],
  ])("refuses what PEFT saved with %s", async (name, message) => {
    await expect(readAdapter(join(fixtures, name))).rejects.toMatchObject({
      code: "adapter-unsupported",
      message: expect.stringContaining(message),
    });
  });

  test.each<[Record<string, unknown>, string, string]>([
    [{ alpha_pattern: { q_proj: 2 } }, "adapter-unsupported", "alphas by module"],
    [{ modules_to_save: ["lm_head"] }, "adapter-unsupported", "modules trained in full"],
    [{ fan_in_fan_out: true }, "adapter-unsupported", "transposed weights"],
    [{ init_lora_weights: "pissa_niter_4" }, "adapter-unsupported", '"pissa_niter_4"'],
    [{ peft_type: "LOHA" }, "adapter-unsupported", "LOHA"],
    [{ peft_type: 7 }, "adapter-invalid", "peft_type"],
    [{ r: 8 }, "adapter-invalid", "has rank 4, adapter_config.json says 8"],
    [{ r: 0 }, "adapter-invalid", "r"],
    [{ lora_alpha: "8" }, "adapter-invalid", "lora_alpha"],
    [{ lora_alpha: 1e308 }, "adapter-invalid", "lora_alpha 1e+308 is beyond"],
    [{ lora_alpha: -1e39 }, "adapter-invalid", "lora_alpha -1e+39 is beyond"],
    [{ target_parameters: ["x".repeat(1000)] }, "adapter-unsupported", `"${"x".repeat(98)}…`],
  ])("refuses %j", async (fields, code, message) => {
    const copy = await changed("rslora", fields);
    await expect(readAdapter(copy)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test("refuses patterns nested deeper than the stack", async () => {
    const copy = await changed("rslora", {});
    const path = join(copy, "adapter_config.json");
    const nested = `${'{"a":'.repeat(9000)}1${"}".repeat(9000)}`;
    const config = (await readFile(path, "utf8")).replace(/"rank_pattern": *\{\}/, `"rank_pattern": ${nested}`);
    await writeFile(path, config);
    await expect(readAdapter(copy)).rejects.toMatchObject({ code: "adapter-unsupported" });
  });

  test("refuses a configuration that is no small file", async () => {
    const copy = await changed("rslora", {});
    const path = join(copy, "adapter_config.json");
    const refused = async (message: string): Promise<void> => {
      const refusal = { code: "adapter-invalid", message: expect.stringContaining(message) };
      await expect(readAdapter(copy)).rejects.toMatchObject(refusal);
      await rm(path, { recursive: true });
    };
    await truncate(path, 600e6);
    // The sentence has only one full stop after the reason.
    await refused("600000000 bytes, the limit is 4000000.");
    await writeFile(path, "");
    await truncate(path, 600e6);
    await expect(readAdapter(copy)).rejects.toMatchObject({ message: expect.stringMatching(/[^.]\.$/) });
    await rm(path);
    await mkdir(path);
    await refused("cannot be read (EISDIR)");
    if (process.platform === "win32") return;
    await symlink("adapter_config.json", path);
    await refused("cannot be read (ELOOP)");
    await symlink("/dev/zero", path);
    await refused("not a file");
  });

  test("refuses more tensors than an adapter can have, before it looks at any", async () => {
    const copy = await withTensors("rslora", (tensors) => {
      for (let i = 0; i <= 20_000; i++) tensors.set(`t${i}`, { shape: [0], data: new Float32Array(0) });
    });
    const refusal = { code: "safetensors-invalid", message: expect.stringContaining("over the limit of 20000") };
    await expect(readAdapter(copy)).rejects.toMatchObject(refusal);
  });

  test("ignores unknown keys and neutral values of known ones", async () => {
    const copy = await changed("rslora", {
      a_key_of_tomorrow: { x: 1 },
      modules_to_save: [],
      use_dora: null,
      velora_config: null,
    });
    await expect(readAdapter(copy)).resolves.toMatchObject({ method: "lora" });
  });

  test("refuses a matrix without its partner, a foreign tensor, a vector as matrix, and no tensors at all", async () => {
    const key = "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight";
    const refused = async (message: string, edit: Parameters<typeof withTensors>[1]) => {
      const copy = await withTensors("rslora", edit);
      await expect(readAdapter(copy)).rejects.toMatchObject({
        code: "adapter-invalid",
        message: expect.stringContaining(message),
      });
    };
    await refused(`without "${key}"`, (tensors) => tensors.delete(key));
    await refused("lm_head.weight", (tensors) =>
      tensors.set("base_model.model.lm_head.weight", { shape: [1], data: new Float32Array(1) }),
    );
    await refused("not a matrix", (tensors) => tensors.set(key, { shape: [256], data: new Float32Array(256) }));
    await refused("rank 2", (tensors) => tensors.set(key, { shape: [128, 2], data: new Float32Array(256) }));
    await refused("not finite", (tensors) =>
      tensors.set(key, { shape: [64, 4], data: new Float32Array(256).fill(NaN) }),
    );
    await refused("no tensors", (tensors) => tensors.clear());
  });

  test("refuses an IA3 tensor that is not a vector", async () => {
    const key = "base_model.model.model.layers.0.mlp.down_proj.ia3_l";
    const copy = await withTensors("ia3", (tensors) =>
      tensors.set(key, { shape: [2, 48], data: new Float32Array(96) }),
    );
    await expect(readAdapter(copy)).rejects.toMatchObject({ message: expect.stringContaining("[2, 48]") });
  });

  test("refuses a truncated weight file", async () => {
    const copy = await changed("rslora", {});
    await truncate(join(copy, "adapter_model.safetensors"), 5000);
    await expect(readAdapter(copy)).rejects.toMatchObject({ code: "safetensors-invalid" });
  });

  test("explains what is missing, and where else to look", async () => {
    await expect(readAdapter(join(folder, "absent"))).rejects.toMatchObject({
      code: "adapter-missing",
      message: expect.stringContaining("no folder"),
    });
    await expect(readAdapter(folder)).rejects.toMatchObject({
      message: expect.stringContaining("no adapter_config.json"),
    });
    await expect(readAdapter(join(fixtures, "../models/llama"))).rejects.toMatchObject({
      message: expect.stringContaining("llama is a whole model"),
    });
    await changed("rslora", {});
    await expect(readAdapter(folder)).rejects.toMatchObject({
      nextStep: expect.stringContaining(join(folder, "rslora")),
    });
    await rm(join(folder, "rslora", "adapter_model.safetensors"));
    await expect(readAdapter(join(folder, "rslora"))).rejects.toMatchObject({
      message: expect.stringContaining("no adapter_model.safetensors"),
    });
    await writeFile(join(folder, "rslora", "adapter_model.bin"), "");
    await expect(readAdapter(join(folder, "rslora"))).rejects.toMatchObject({
      message: expect.stringContaining("pickle"),
    });
    await writeFile(join(folder, "rslora", "adapter_config.json"), "{");
    await expect(readAdapter(join(folder, "rslora"))).rejects.toMatchObject({
      message: expect.stringContaining("not valid JSON"),
    });
  });
});
