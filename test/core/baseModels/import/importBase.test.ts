import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sourceName } from "../../../../extension/core/baseModels/baseNames.ts";
import { importBase } from "../../../../extension/core/baseModels/import/importBase.ts";
import type { InstalledBase } from "../../../../extension/core/baseModels/installedBase.ts";
import { weightRequests } from "../../../../extension/core/architectures/architectures.ts";
import { dequantizeBlocks, quantizeBlocks } from "../../../../extension/core/quantization/blockwise.ts";
import { openDecoder } from "../../../../extension/core/inference/tree/decoder.ts";
import { openTokenizer } from "../../../../extension/core/tokenizer/tokenizer.ts";
import { widen } from "../../../../extension/core/weights/dtype.ts";
import { openSafetensors, writeSafetensors } from "../../../../extension/core/weights/safetensors.ts";
import { writeTinyCheckpoint, type Weights } from "../tinyCheckpoint.ts";

let folder: string;
let source: string;
let home: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-import-"));
  source = join(folder, "tiny-model");
  home = join(folder, "home");
});
afterEach(() => rm(folder, { recursive: true }));

const query = "model.layers.0.self_attn.q_proj.weight";

/** What a stored tensor means, read back from the weight file. */
async function storedValues({ tensors, weightsPath }: InstalledBase, name: string): Promise<Float32Array> {
  const file = await readFile(weightsPath);
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`no ${name}`);
  const {
    storage,
    shape: [rows = 0, columns = 0],
  } = tensor;
  const bytes = ({ offset, length }: { offset: number; length: number }) =>
    new Uint8Array(file.subarray(offset, offset + length));
  if ("bytes" in storage) return widen(storage.format === "float32" ? "F32" : "F16", bytes(storage.bytes), name);
  const quantized = { blocks: bytes(storage.blocks), scales: new Float32Array(bytes(storage.scales).buffer) };
  return dequantizeBlocks(quantized, rows, columns, storage.format === "int4" ? 4 : 8);
}

describe("importBase", () => {
  test("keeps the report of the training that made the weights, which is no part of the hash, also where the base is known", async () => {
    await writeTinyCheckpoint(source);
    const { base } = await importBase({ source, home, bits: 8 });
    await writeFile(join(source, "graft.json"), '{"format": 1}');
    const again = await importBase({ source, home, bits: 8 });
    expect(again.base.hash).toBe(base.hash);
    expect(await readFile(join(base.path, "graft.json"), "utf8")).toBe('{"format": 1}');
    const { base: other } = await importBase({ source, home: join(folder, "other"), bits: 8 });
    expect(other.hash).toBe(base.hash);
    expect(await readFile(join(other.path, "graft.json"), "utf8")).toBe('{"format": 1}');
  });

  test("at 32 bits keeps every value exactly", async () => {
    const weights = await writeTinyCheckpoint(source);
    const { base } = await importBase({ source, home, bits: 32 });
    expect([...base.tensors.keys()].toSorted()).toEqual([...weights.keys()].toSorted());
    for (const [name, { data }] of weights) expect(await storedValues(base, name)).toEqual(data);
  });

  test("at 16 bits keeps matrices to eleven bits of each value, and vectors exactly", async () => {
    const weights = await writeTinyCheckpoint(source);
    const { base } = await importBase({ source, home, bits: 16 });
    for (const [name, { data, shape }] of weights) {
      const stored = await storedValues(base, name);
      expect(base.tensors.get(name)?.storage.format).toBe(shape.length === 1 ? "float32" : "float16");
      const worst = stored.reduce((most, value, i) => {
        return Math.max(most, Math.abs(value - data[i]!) / Math.max(Math.abs(data[i]!), 2 ** -14));
      }, 0);
      if (shape.length === 1) expect(worst).toBe(0);
      else expect(worst).toBeLessThanOrEqual(2 ** -11);
    }
  });

  test("at 16 bits refuses a value that float16 cannot hold", async () => {
    await writeTinyCheckpoint(source, { edit: (w) => w.get(query)?.data.fill(65_520, 3, 4) });
    await expect(importBase({ source, home, bits: 16 })).rejects.toMatchObject({
      code: "weights-not-finite",
      message: expect.stringMatching(/q_proj.*in 16 bits/),
    });
  });

  test("at 4 bits quantizes to int4, embedding and first layer to int8, and leaves vectors alone", async () => {
    const weights = await writeTinyCheckpoint(source, { config: { num_hidden_layers: 11 } });
    const { base } = await importBase({ source, home, bits: 4 });
    for (const [
      name,
      {
        data,
        shape: [rows = 0, columns = 0],
      },
    ] of weights) {
      const bits = name.includes("embed") || name.includes(".layers.0.") ? 8 : 4;
      const vector = name.includes("norm");
      expect(base.tensors.get(name)?.storage.format).toBe(vector ? "float32" : `int${bits}`);
      const expected = vector ? data : dequantizeBlocks(quantizeBlocks(data, rows, columns, bits), rows, columns, bits);
      expect(await storedValues(base, name)).toEqual(expected);
    }
  });

  test("stores a matrix whose columns make no whole blocks as float32", async () => {
    await writeTinyCheckpoint(source, { config: { intermediate_size: 80, num_hidden_layers: 2 } });
    const { base } = await importBase({ source, home, bits: 4 });
    expect(base.tensors.get("model.layers.1.mlp.down_proj.weight")?.storage.format).toBe("float32");
    expect(base.tensors.get("model.layers.1.mlp.up_proj.weight")?.storage.format).toBe("int4");
  });

  test.each([4, 32] as const)(
    "at %i bits lays the tensors of a product side by side, aligned, without overlap",
    async (bits) => {
      await writeTinyCheckpoint(source);
      const { base } = await importBase({ source, home, bits });
      const all: { offset: number; length: number }[] = [];
      for (const { names } of weightRequests(base.config)) {
        const parts = names.map((name) => {
          const storage = base.tensors.get(name)?.storage;
          if (!storage) throw new Error(`no ${name}`);
          return "bytes" in storage ? [storage.bytes] : [storage.blocks, storage.scales];
        });
        for (const column of [0, 1]) {
          const ranges = parts.map((part) => part[column]).filter((range) => range !== undefined);
          if (ranges[0]) expect(ranges[0].offset % 64).toBe(0);
          for (const [i, range] of ranges.slice(1).entries()) {
            expect(range.offset).toBe((ranges[i]?.offset ?? NaN) + (ranges[i]?.length ?? NaN));
          }
          all.push(...ranges);
        }
      }
      const ordered = all.toSorted((a, b) => a.offset - b.offset);
      for (const [i, { offset }] of ordered.slice(1).entries()) {
        expect(offset).toBeGreaterThanOrEqual((ordered[i]?.offset ?? NaN) + (ordered[i]?.length ?? NaN));
      }
    },
  );

  test("tells name, sizes and progress, and keeps configuration and tokenizer", async () => {
    const weights = await writeTinyCheckpoint(source);
    const parameters = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
    const seen: number[] = [];
    const onProgress = ({ done, total }: { done: number; total: number }) => {
      expect(total).toBe(parameters);
      seen.push(done);
    };
    const { base, warnings } = await importBase({ source, home, bits: 32, onProgress });
    expect(base).toMatchObject({
      name: "tiny-model",
      path: join(home, "bases", "tiny-model"),
      modelType: "llama",
      parameters,
      embedded: false,
    });
    expect(base.bytes).toBe((await stat(base.weightsPath)).size);
    expect(warnings).toEqual([]);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(parameters);
    expect((await openTokenizer(base.path)).vocabularySize).toBe(509);
  });

  test.each([
    [32, 3],
    [16, 2],
  ] as const)(
    "at %i bits gives a base that computes what transformers computes, and says it has no tokenizer",
    async (bits, digits) => {
      const fixture = join(import.meta.dirname, "../../../fixtures/models/qwen2");
      const { base, warnings } = await importBase({ source: fixture, home, bits });
      expect(warnings).toEqual([expect.stringContaining("no tokenizer.json")]);
      const reference = await openSafetensors(join(fixture, "reference.safetensors"));
      const decoder = await openDecoder(base);
      const logits = await decoder.extendAll([...(await reference.read("ids"))]);
      const expected = await reference.read("logits");
      for (const [i, value] of expected.entries()) expect(logits[i]).toBeCloseTo(value, digits);
      await decoder.release();
      await reference.close();
    },
  );

  test.each<[string, { config?: object; edit?: (weights: Weights) => void }, string, RegExp]>([
    [
      "a missing tensor",
      { edit: (w) => w.delete(query) },
      "checkpoint-mismatch",
      /requires the tensor ".*q_proj\.weight", but the weights do not contain it/,
    ],
    [
      "a tensor of another shape",
      { edit: (w) => w.set(query, { shape: [32, 64], data: new Float32Array(2048) }) },
      "checkpoint-mismatch",
      /shape \[32, 64\], but config\.json requires \[64, 64\]/,
    ],
    ["a value that is not finite", { edit: (w) => w.get(query)?.data.fill(NaN, 7, 8) }, "weights-not-finite", /q_proj/],
    [
      "a vocabulary that the tokenizer exceeds",
      { config: { vocab_size: 500 } },
      "tokenizer-mismatch",
      /up to 508, .* has 500/,
    ],
  ])("refuses %s and leaves nothing behind", async (_, options, code, message) => {
    await writeTinyCheckpoint(source, options);
    await expect(importBase({ source, home, bits: 4 })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(await readdir(join(home, "bases")).catch(() => [])).toEqual([]);
  });

  test("refuses absurd sizes at once", async () => {
    await writeTinyCheckpoint(source);
    const config = JSON.parse(await readFile(join(source, "config.json"), "utf8"));
    const sizes = { hidden_size: 65_536, num_hidden_layers: 1000, vocab_size: 1_000_000, intermediate_size: 1_000_000 };
    for (const [name, size] of Object.entries(sizes)) {
      for (const value of [size, size * 1e6]) {
        await writeFile(join(source, "config.json"), JSON.stringify({ ...config, [name]: value }));
        await expect(importBase({ source, home, bits: 4 })).rejects.toMatchObject({
          code: expect.stringMatching(/^(checkpoint-mismatch|config-invalid)$/),
        });
      }
    }
  }, 5_000);

  test("makes the same base of a sharded model, and refuses it with a shard cut off", async () => {
    const weights = await writeTinyCheckpoint(source);
    const { base } = await importBase({ source, home, bits: 4, name: "single" });
    const shards = ["model-1.safetensors", "model-2.safetensors"] as const;
    const all = [...weights].map(([name, { shape, data }]) => ({ name, shape, data }));
    const weightMap = Object.fromEntries(all.map(({ name }, i) => [name, shards[i % 2]]));
    for (const shard of shards) {
      await writeSafetensors(
        join(source, shard),
        all.filter(({ name }) => weightMap[name] === shard),
      );
    }
    await writeFile(join(source, "model.safetensors.index.json"), JSON.stringify({ weight_map: weightMap }));
    await rm(join(source, "model.safetensors"));
    expect((await importBase({ source, home, bits: 4, name: "sharded" })).base.hash).toBe(base.hash);
    await truncate(join(source, shards[1]), 5000);
    await expect(importBase({ source, home, bits: 4, name: "cut" })).rejects.toMatchObject({
      code: "safetensors-invalid",
      message: expect.stringContaining(shards[1]),
    });
    expect(await readdir(join(home, "bases"))).toEqual(["sharded", "single"]);
  });

  test("refuses weights that are quantized already", async () => {
    await writeTinyCheckpoint(source);
    const path = join(source, "model.safetensors");
    const bytes = await readFile(path, "latin1");
    await writeFile(path, bytes.replace('"dtype":"F32"', '"dtype":"I32"'), "latin1");
    await expect(importBase({ source, home, bits: 4 })).rejects.toMatchObject({
      code: "dtype-unsupported",
      message: expect.stringContaining("I32"),
    });
  });

  test("refuses a damaged folder, an unknown architecture, and a broken tokenizer", async () => {
    await expect(importBase({ source, home, bits: 4 })).rejects.toMatchObject({ code: "model-folder-invalid" });
    await writeTinyCheckpoint(source);
    await writeFile(join(source, "tokenizer.json"), "{}");
    await expect(importBase({ source, home, bits: 4 })).rejects.toMatchObject({ code: "tokenizer-invalid" });
    await writeFile(join(source, "config.json"), '{"model_type": "mamba"}');
    await expect(importBase({ source, home, bits: 4 })).rejects.toMatchObject({ code: "model-type-unknown" });
  });

  test.each(["../escape", "a/b", "", ".hidden", "graft-base"])("refuses the name %j", async (name) => {
    await writeTinyCheckpoint(source);
    await expect(importBase({ source, home, bits: 4, name })).rejects.toMatchObject({ code: "name-invalid" });
  });

  test("stops when it is cancelled, and leaves nothing behind", async () => {
    await writeTinyCheckpoint(source);
    const controller = new AbortController();
    const importing = importBase({
      source,
      home,
      bits: 4,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(importing).rejects.toMatchObject({ name: "AbortError" });
    expect(await readdir(join(home, "bases"))).toEqual([]);
  });

  test("keeps a base of the same name and content, and replaces one of other content", async () => {
    await writeTinyCheckpoint(source);
    const first = await importBase({ source, home, bits: 4 });
    const written = (await stat(first.base.weightsPath)).mtimeMs;
    await importBase({ source, home, bits: 4 });
    expect((await stat(first.base.weightsPath)).mtimeMs).toBe(written);
    const finer = await importBase({ source, home, bits: 8 });
    expect(finer.base.hash).not.toBe(first.base.hash);
    await writeTinyCheckpoint(source, { seed: 2 });
    const other = await importBase({ source, home, bits: 8 });
    expect(other.base.hash).not.toBe(finer.base.hash);
    expect(await readdir(join(home, "bases"))).toEqual(["tiny-model"]);
  });

  test("leaves a base of another owner or folder alone: the new one gets a name of its own", async () => {
    const from = async (origin: string | undefined, seed: number, path = source): Promise<InstalledBase> => {
      await writeTinyCheckpoint(path, { seed });
      return (await importBase({ source: path, home, bits: 4, origin })).base;
    };
    const alice = await from(`alice/model@${"1".repeat(40)}`, 1);
    const bob = await from(`bob/model@${"2".repeat(40)}`, 2);
    expect([alice.name, bob.name]).toEqual(["model", "bob--model"]);
    const local = await from(undefined, 3, join(folder, "model"));
    const elsewhere = await from(undefined, 4, join(folder, "elsewhere", "model"));
    expect([local.name, elsewhere.name]).toEqual(["model-2", "model-3"]);
    // Each replaces itself, and nobody else.
    const renewed = await from(`bob/model@${"3".repeat(40)}`, 5);
    expect(renewed).toMatchObject({ name: "bob--model", repository: "bob/model" });
    expect(renewed.hash).not.toBe(bob.hash);
    expect((await from(`alice/model@${"1".repeat(40)}`, 1)).path).toBe(alice.path);
    expect(await readdir(join(home, "bases"))).toEqual(["bob--model", "model", "model-2", "model-3"]);
  });

  test("refuses a name that a base from elsewhere has, unless it shall be replaced", async () => {
    await writeTinyCheckpoint(source);
    const { base } = await importBase({ source, home, bits: 4, name: "mine" });
    const other = join(folder, "other");
    await writeTinyCheckpoint(other, { seed: 2 });
    await expect(importBase({ source: other, home, bits: 4, name: "mine" })).rejects.toMatchObject({
      code: "name-taken",
      message: expect.stringContaining(source),
    });
    expect(await readdir(join(home, "bases"))).toEqual(["mine"]);
    const replaced = await importBase({ source: other, home, bits: 4, name: "mine", replace: true });
    expect(replaced.base.hash).not.toBe(base.hash);
    expect(await readdir(join(home, "bases"))).toEqual(["mine"]);
  });

  test("bases of one short name that are imported at once both stand at the end", async () => {
    const module = join(import.meta.dirname, "../../../../extension/core/baseModels/import/importBase.ts");
    const run = async (owner: string, seed: number): Promise<string> => {
      const path = join(folder, owner);
      await writeTinyCheckpoint(path, { seed });
      const options = { source: path, home, bits: 4, origin: `${owner}/model@main` };
      const script = `import { importBase } from ${JSON.stringify(module)};
        console.log((await importBase(${JSON.stringify(options)})).base.repository);`;
      const args = ["--no-warnings", "--input-type=module", "-e", script];
      return (await promisify(execFile)(process.execPath, args)).stdout.trim();
    };
    const owners = ["alice", "bob", "carol"];
    expect(await Promise.all(owners.map(run))).toEqual(owners.map((owner) => `${owner}/model`));
    expect(await readdir(join(home, "bases"))).toHaveLength(3);
  });

  test("replaces a damaged base of the same content", async () => {
    await writeTinyCheckpoint(source);
    const { base } = await importBase({ source, home, bits: 4 });
    await writeFile(base.weightsPath, "cut off");
    expect((await stat((await importBase({ source, home, bits: 4 })).base.weightsPath)).size).toBe(base.bytes);
  });

  test("processes that import the same base at once all end with it, whole", async () => {
    await writeTinyCheckpoint(source);
    const module = join(import.meta.dirname, "../../../../extension/core/baseModels/import/importBase.ts");
    const script = `import { importBase } from ${JSON.stringify(module)};
      const { base } = await importBase(${JSON.stringify({ source, home, bits: 4 })});
      console.log(base.hash);`;
    const run = () => promisify(execFile)(process.execPath, ["--no-warnings", "--input-type=module", "-e", script]);
    const hashes = (await Promise.all([run(), run(), run()])).map(({ stdout }) => stdout.trim());
    expect(new Set(hashes).size).toBe(1);
    expect(await readdir(join(home, "bases"))).toEqual(["tiny-model"]);
    expect((await importBase({ source, home, bits: 4 })).base.hash).toBe(hashes[0]);
  });

  test("removes what a killed import left behind long ago, and nothing newer", async () => {
    await writeTinyCheckpoint(source);
    const longAgo = new Date(Date.now() - 48 * 3600 * 1000);
    for (const name of [".old.part", ".new.part"]) await mkdir(join(home, "bases", name), { recursive: true });
    await utimes(join(home, "bases", ".old.part"), longAgo, longAgo);
    await importBase({ source, home, bits: 4 });
    expect(await readdir(join(home, "bases"))).toEqual([".new.part", "tiny-model"]);
  });
});

test.each([
  ["/models/Qwen2.5-Coder-0.5B", "Qwen2.5-Coder-0.5B"],
  ["/cache/models--Qwen--Qwen2.5-Coder-0.5B/snapshots/8123ea2e", "Qwen2.5-Coder-0.5B"],
  ["/models/.my model", "my-model"],
  ["/models/模型", "base-models"],
])("sourceName of %s is %s", (path, name) => {
  expect(sourceName(path)).toBe(name);
});
