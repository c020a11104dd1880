/** What an import keeps, reports and refuses. */

import { readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importBase } from "../../../../extension/core/baseModels/import/importBase.ts";
import { openDecoder } from "../../../../extension/core/inference/tree/decoder.ts";
import { openTokenizer } from "../../../../extension/core/tokenizer/tokenizer.ts";
import { openSafetensors, writeSafetensors } from "../../../../extension/core/weights/safetensors.ts";
import { writeTinyCheckpoint, type Weights } from "../tinyCheckpoint.ts";
import { importBed } from "./importBed.ts";

let folder: string;
let source: string;
let home: string;
importBed((bed) => ({ folder, source, home } = bed));

const query = "model.layers.0.self_attn.q_proj.weight";

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
});
