import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Adapter } from "../../../extension/core/adapters/adapter.ts";
import { readAdapter } from "../../../extension/core/adapters/formats/peftFolder.ts";
import { silentLog } from "../../../extension/core/foundation/log.ts";
import type { InstalledBase } from "../../../extension/core/baseModels/installedBase.ts";
import type { Tokenizer } from "../../../extension/core/tokenizer/tokenizer.ts";
import { checkMemory } from "../../../extension/core/adapters/methods/full.ts";
import { methodNames, type MethodName } from "../../../extension/core/adapters/methods/methodNamed.ts";
import { resolveTargets } from "../../../extension/core/adapters/methods/targets.ts";
import {
  readSettings,
  resolveDefaults,
  specOf,
  type ResolvedSettings,
} from "../../../extension/core/training/settings.ts";
import type { TrainOptions } from "../../../extension/core/training/trainRequest.ts";
import { valuesOf } from "../../../extension/core/adapters/formats/peftTensors.ts";
import { settingsOf } from "../../../extension/core/training/initialAdapter.ts";
import { firstValues } from "../../../extension/core/training/firstValues.ts";
import { trainedFiles } from "../../../extension/core/training/output/trainedFiles.ts";
import { moduleShapes } from "../../../extension/core/architectures/architectures.ts";
import { importBase } from "../../../extension/core/baseModels/import/importBase.ts";
import { openDecoder } from "../../../extension/core/inference/tree/decoder.ts";
import { relativeError } from "../graph/evaluate.ts";
import { fixtures, readAll } from "../architectures/fixtures.ts";

const options: TrainOptions = { base: "", home: "", embedded: "", data: [], dataFolder: "", out: "" };
const tokenizer = {
  beginning: [1],
  ending: [2],
  vocabularySize: 96,
  encode: (text: string) => [...text].map((letter) => letter.charCodeAt(0) % 96),
} as unknown as Tokenizer;

let home: string;
const bases = new Map<string, InstalledBase>();
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "graft-trainee-"));
  for (const name of ["llama", "t5"]) {
    bases.set(name, (await importBase({ source: join(fixtures, name), home, bits: 32 })).base);
  }
});
afterAll(() => rm(home, { recursive: true, force: true }));

const shapes = (base = bases.get("llama")!): ReturnType<typeof moduleShapes> => moduleShapes(base.config);
const settled = (more: Partial<TrainOptions> = {}): ResolvedSettings =>
  resolveDefaults(readSettings({ ...options, rank: 2, virtualTokens: 3, ...more }), 1e6, [], false);

async function started(more: Partial<TrainOptions>, base = bases.get("llama")!, log = silentLog) {
  const settings = settled(more);
  const spec = specOf(settings, base);
  return { spec, settings, values: await firstValues(spec, settings, base, { tokenizer, log }) };
}

async function written(method: MethodName, base: InstalledBase): Promise<string> {
  const { spec, settings, values } = await started({ method }, base);
  // PEFT keeps a prompt for the decoder of t5, too.
  const rows = method === "prompt" && base.name === "t5" ? 6 : 3;
  const parameters = [...values].map(([name, list]) => {
    return { name, shape: base.tensors.get(name)?.shape ?? shapeOf(name, list, rows), values: list };
  });
  const folder = join(home, `${method} ${base.name}`);
  const files = trainedFiles({ spec, settings, base, name: method, dataFolder: home }, parameters);
  await files.write(folder);
  return folder;
}

/** PEFT's, of the tests' rank and number of virtual tokens. */
function shapeOf(name: string, { length }: Float32Array, rows: number): number[] {
  if (name.endsWith("lora_A.weight")) return [2, length / 2];
  if (name.endsWith("lora_B.weight")) return [length / 2, 2];
  if (name.endsWith("ia3_l")) return /(down_proj|wo)\./.test(name) ? [1, length] : [length, 1];
  return [rows, length / rows];
}

describe("resolveTargets", () => {
  const paths = ["a.0.q_proj", "a.1.q_proj", "a.0.down_proj"];
  const modules = new Map(paths.map((path) => [path, { inFeatures: 1, outFeatures: 1 }]));

  test.each<[string[] | null, string[]]>([
    [null, paths],
    [["q_proj"], ["a.0.q_proj", "a.1.q_proj"]],
    [["1.q_proj"], ["a.1.q_proj"]],
    [["a.0.down_proj", "0.down_proj"], ["a.0.down_proj"]],
  ])("%o", (targets, expected) => {
    expect([...resolveTargets(targets, modules)].sort()).toEqual(expected.toSorted());
  });

  test.each(["proj", "down", "o_proj", ""])("refuses %o and names the available modules", (target) => {
    expect(() => resolveTargets([target], modules)).toThrow(
      expect.objectContaining({ code: "targets-unknown", message: expect.stringContaining("q_proj, down_proj") }),
    );
  });
});

describe("firstValues", () => {
  test("LoRA: A uniform within 1/√in, B zero, the same for the same seed", async () => {
    const { values } = await started({ method: "lora", rank: 64 });
    const a = values.get("base_model.model.model.layers.0.mlp.down_proj.lora_A.weight")!;
    const bound = 1 / Math.sqrt(96);
    expect(a).toHaveLength(64 * 96);
    expect(Math.max(...a)).toBeGreaterThan(0.9 * bound);
    expect(Math.max(...a.map(Math.abs))).toBeLessThanOrEqual(bound);
    expect(Math.abs(a.reduce((sum, x) => sum + x, 0) / a.length)).toBeLessThan(0.1 * bound);
    const b = values.get("base_model.model.model.layers.0.mlp.down_proj.lora_B.weight")!;
    expect(b).toEqual(new Float32Array(64 * 64));
    expect((await started({ method: "lora", rank: 64 })).values).toEqual(values);
    expect((await started({ method: "lora", rank: 64, seed: 2 })).values).not.toEqual(values);
  });

  test("IA3: ones", async () => {
    const { spec, values } = await started({ method: "ia3" });
    expect(spec).toMatchObject({
      feedForward: new Set(["model.layers.0.mlp.down_proj", "model.layers.1.mlp.down_proj"]),
    });
    expect([...values.values()].every((list) => list.every((value) => value === 1))).toBe(true);
  });

  test("a prompt: the embeddings of a text with its special tokens, repeated if it is too short", async () => {
    const table = (await readAll(join(fixtures, "llama", "model.safetensors"))).get("model.embed_tokens.weight")!;
    const row = (id: number): number[] => [...table.subarray(id * 64, (id + 1) * 64)];
    const { values } = await started({ method: "prompt", initText: "57", virtualTokens: 6 });
    expect([...values.get("prompt_embeddings")!]).toEqual([1, 53, 55, 2, 1, 53].flatMap(row));
  });

  test("a prompt without a text: embeddings of random tokens", async () => {
    const drawn = async (seed: number) => (await started({ method: "prompt", initText: "", seed })).values;
    expect(await drawn(1)).toEqual(await drawn(1));
    expect(await drawn(1)).not.toEqual(await drawn(2));
  });

  test("a prefix: the keys and values of a text, which give later tokens the same logits as the text itself", async () => {
    const base = bases.get("llama")!;
    const { spec, settings, values } = await started({ method: "prefix", initText: "57", virtualTokens: 6 });
    const shape = [6, 2 * 2 * 2 * 16];
    const parameters = [{ name: "prompt_embeddings", shape, values: values.get("prompt_embeddings")! }];
    await trainedFiles({ spec, settings, base, name: "prefix", dataFolder: home }, parameters).write(
      join(home, "of a text"),
    );
    const decoder = await openDecoder(base);
    const following = await decoder.extendAll([1, 53, 55, 2, 1, 53, 7, 8, 9]);
    decoder.useAdapters([{ adapter: await readAdapter(join(home, "of a text")), scale: 1 }]);
    expect(relativeError(await decoder.extendAll([7, 8, 9]), following.slice(6 * 96))).toBeLessThan(1e-5);
    await decoder.release();
  });

  test("a prefix without a text, or with an encoder: normally distributed", async () => {
    for (const [name, initText] of [
      ["llama", ""],
      ["t5", "57"],
    ] as const) {
      const { values } = await started({ method: "prefix", initText, virtualTokens: 32 }, bases.get(name));
      const list = values.get("prompt_embeddings")!;
      expect(list.reduce((sum, value) => sum + value, 0) / list.length).toBeCloseTo(0, 1);
      expect(list.reduce((sum, value) => sum + value ** 2, 0) / list.length).toBeCloseTo(1, 1);
    }
  });

  test("full: every weight of the checkpoint", async () => {
    const { values } = await started({ method: "full" });
    expect(values).toEqual(await readAll(join(fixtures, "llama", "model.safetensors")));
  });

  test("full: the base's own weights and a warning if the original weights are gone", async () => {
    const source = join(home, "moved");
    await cp(join(fixtures, "llama"), source, { recursive: true });
    const { base } = await importBase({ source, home, bits: 8 });
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
    const original = await started({ method: "full" }, base, log);
    expect(warnings).toEqual([]);
    await rm(source, { recursive: true });
    const { values } = await started({ method: "full" }, base, log);
    expect(warnings).toEqual([expect.stringContaining("rounded weights")]);
    const name = "model.layers.0.mlp.up_proj.weight";
    expect(values.get(name)).not.toEqual(original.values.get(name));
    expect(relativeError(values.get(name)!, original.values.get(name)!)).toBeLessThan(0.01);
  });
});

describe("trainedFiles", () => {
  test.each(methodNames.filter((method) => method !== "full"))(
    "%s: an adapter that starts from the written one has its values",
    async (method) => {
      for (const base of bases.values()) {
        const adapter = await readAdapter(await written(method, base));
        expect(adapter).toMatchObject({ method, baseModel: base.name });
        expect(valuesOf(adapter)).toEqual((await started({ method }, base)).values);
        const again = resolveDefaults(
          settingsOf(adapter, readSettings(options), options, shapes(base)),
          1e6,
          [],
          false,
        );
        expect(specOf(again, base)).toMatchObject(specOf(settled({ method }), base));
      }
    },
  );

  test("full: a checkpoint in float32 of the base's own tensors, with its config", async () => {
    const folder = await written("full", bases.get("t5")!);
    const known = await readAll(join(fixtures, "t5", "model.safetensors"));
    const found = await readAll(join(folder, "model.safetensors"));
    for (const [name, values] of found) expect(values).toEqual(known.get(name));
    expect([...found.keys()].toSorted()).toEqual([...bases.get("t5")!.tensors.keys()].toSorted());
    const config = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
    expect(config).toMatchObject({ model_type: "t5", dtype: "float32" });
    const { base } = await importBase({ source: folder, home, bits: 32, name: "again" });
    expect(base.parameters).toBe(bases.get("t5")!.parameters);
  });
});

describe("specOf", () => {
  test("refuses virtual tokens that leave no room for a text", () => {
    const wanted = settled({ method: "prefix", virtualTokens: 100 });
    expect(() => specOf(wanted, bases.get("llama")!)).toThrow(/100 virtual tokens for llama.*: its context holds 128/);
  });

  test("refuses full fine-tuning of a base that is too large for the machine", () => {
    expect(() => checkMemory({ name: "big", parameters: 7e9 }, 24e9)).toThrow(
      expect.objectContaining({
        code: "base-too-large",
        message:
          "Cannot train all of big: its 7000 million parameters need 196.0 GB of memory, this machine has 24.0 GB.",
      }),
    );
    checkMemory({ name: "small", parameters: 14.5e6 }, 4e9);
  });
});

describe("settingsOf", () => {
  const modules = new Map([["model.layers.0.self_attn.q_proj", {}]]);
  const lora = { method: "lora", name: "mine", baseModel: "", rank: 2, alpha: 8, rsLora: false, dropout: 0.1, modules };
  const adapter = lora as unknown as Adapter;

  test("takes the adapter's settings", () => {
    const found = settingsOf(adapter, readSettings(options), { ...options, epochs: 1 }, shapes());
    expect(found).toMatchObject({ method: "lora", rank: 2, alpha: 8, dropout: 0.1 });
    expect(found.targets).toEqual(["model.layers.0.self_attn.q_proj"]);
  });

  test("takes targets that are the adapter's own", () => {
    const targets = ["layers.0.self_attn.q_proj"];
    const found = settingsOf(adapter, readSettings({ ...options, targets }), { ...options, targets }, shapes());
    expect(found.targets).toEqual([...modules.keys()]);
  });

  test("takes the scaled inputs from an IA3 adapter", () => {
    const scaled = new Map([["model.layers.0.mlp.up_proj", { on: "input", values: new Float32Array(64) }]]);
    const ia3 = { method: "ia3", name: "mine", baseModel: "", modules: scaled } as unknown as Adapter;
    const settings = resolveDefaults(
      settingsOf(ia3, readSettings(options), options, shapes()),
      1e6,
      moduleShapes(bases.get("llama")!.config).keys(),
      false,
    );
    expect(specOf(settings, bases.get("llama")!)).toEqual({
      method: "ia3",
      targets: new Set(scaled.keys()),
      feedForward: new Set(scaled.keys()),
    });
  });

  test.each<[Partial<TrainOptions>, RegExp]>([
    [{ rank: 16 }, /its rank is 2, but the request says 16/],
    [{ alpha: 32 }, /its alpha is 8, but the request says 32/],
    [{ method: "ia3" }, /its method is lora, but the request says ia3/],
    [{ method: "full" }, /its method is lora, but the request says full/],
    [{ targets: ["k_proj"] }, /it has other targets than k_proj/],
    [{ virtualTokens: 5 }, /its method lora has no option virtual tokens/],
  ])("refuses %o with both values", (more, message) => {
    const asked = { ...options, ...more };
    expect(() => settingsOf(adapter, readSettings(asked), asked, shapes())).toThrow(message);
  });
});
