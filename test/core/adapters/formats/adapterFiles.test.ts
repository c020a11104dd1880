/** Adapters in the formats of other runtimes: byte for byte what those runtimes write themselves (test/fixtures/adapterFiles/make.py). */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LoraAdapter } from "../../../../extension/core/adapters/methods/lora.ts";
import { ggufLora } from "../../../../extension/core/adapters/formats/ggufLora.ts";
import { onnxAdapter } from "../../../../extension/core/adapters/formats/onnxAdapter.ts";
import { readAdapter } from "../../../../extension/core/adapters/formats/peftFolder.ts";
import type { ModelConfig } from "../../../../extension/core/architectures/config.ts";
import { readModelConfig } from "../../../../extension/core/architectures/readConfig.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures");
const expected = JSON.parse(await readFile(join(fixtures, "adapterFiles/expected.json"), "utf8")) as {
  gguf: Record<string, string>;
  onnxAdapter: Record<string, string>;
};

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const readLora = async (path: string): Promise<LoraAdapter> => (await readAdapter(join(fixtures, path))) as LoraAdapter;
const configOf = async (model: string): Promise<ModelConfig> =>
  readModelConfig(JSON.parse(await readFile(join(fixtures, "models", model, "config.json"), "utf8")));

describe("ggufLora", () => {
  test.each(Object.entries(expected.gguf))("of %s equals the file of convert_lora_to_gguf.py", async (model, hash) => {
    const adapter = { ...(await readLora(`models/${model}/lora`)), name: "Lora" };
    expect(sha256(ggufLora(adapter, await configOf(model)))).toBe(hash);
  });

  test("adjusts alpha for rsLoRA, which llama.cpp does not support", async () => {
    const file = Buffer.from(ggufLora(await readLora("peft/rslora"), await configOf("qwen2")));
    const key = "adapter.lora.alpha";
    // Its type, then its value, which llama.cpp divides by the rank: 4 is the scaling.
    expect(file.readFloatLE(file.indexOf(key) + key.length + 4) / 4).toBe(4);
  });

  test("refuses architectures that llama.cpp does not support", async () => {
    const [adapter, config] = [await readLora("models/codegen/lora"), await configOf("codegen")];
    expect(() => ggufLora(adapter, config)).toThrow(expect.objectContaining({ code: "adapter-unsupported" }));
  });
});

describe("onnxAdapter", () => {
  test.each(Object.entries(expected.onnxAdapter))("of %s equals the file of ONNX Runtime", async (path, hash) => {
    expect(sha256(onnxAdapter(await readLora(path)))).toBe(hash);
  });
});
