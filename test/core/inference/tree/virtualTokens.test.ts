/** Prompt and prefix tuning: the logits of PEFT (test/fixtures/peft/make.py), however the text is read. */

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Adapter } from "../../../../extension/core/adapters/adapter.ts";
import type { PrefixAdapter } from "../../../../extension/core/adapters/methods/prefix.ts";
import { readAdapter } from "../../../../extension/core/adapters/formats/peftFolder.ts";
import { openDecoder } from "../../../../extension/core/inference/tree/decoder.ts";
import { fixtures, loadFixture, readAll } from "../../architectures/fixtures.ts";

const peft = join(fixtures, "../peft");
const expected = await readAll(join(peft, "logits.safetensors"));

function errorOfSpread(found: Float32Array, reference: Float32Array): number {
  const spread = Math.max(...reference) - Math.min(...reference);
  return Math.max(...reference.map((value, i) => Math.abs(found[i]! - value))) / spread;
}

async function open(model: string) {
  const { base } = await loadFixture(model);
  const reference = await readAll(join(fixtures, model, "reference.safetensors"));
  return { decoder: await openDecoder(base), ids: [...reference.get("ids")!], alone: reference.get("logits")! };
}

describe("a decoder with virtual tokens", () => {
  test.each([...expected.keys()].filter((name) => !name.endsWith("t5")))(
    "computes as PEFT does (%s), and then as the base alone again",
    async (name) => {
      const { decoder, ids, alone } = await open(name.split("-")[1] ?? "qwen2");
      const adapter = await readAdapter(join(peft, name));
      const context = decoder.contextLength;
      decoder.useAdapters([{ adapter, scale: 1 }]);
      expect(decoder.contextLength).toBe(context - (adapter as PrefixAdapter).tokens);
      const logits = expected.get(name)!;
      expect(errorOfSpread(await decoder.extendAll(ids), logits)).toBeLessThan(1e-6);
      expect(decoder.tokens).toEqual(ids);

      // From the middle, and next to another text.
      const vocabulary = decoder.vocabularySize;
      const lastOf = (count: number): Float32Array => logits.subarray((count - 1) * vocabulary, count * vocabulary);
      expect(errorOfSpread(await decoder.begin(ids.slice(0, 9)), lastOf(9))).toBeLessThan(1e-6);
      expect(errorOfSpread(await decoder.extend([ids[9]!, 3]), lastOf(9))).toBeGreaterThan(1e-3);
      decoder.rewind(10);
      expect(errorOfSpread(await decoder.extend([ids[10]!]), lastOf(11))).toBeLessThan(1e-6);
      decoder.rewind(0);
      expect(errorOfSpread(await decoder.extend(ids.slice(0, 4)), lastOf(4))).toBeLessThan(1e-6);

      decoder.useAdapters([]);
      expect(errorOfSpread(await decoder.extendAll(ids), alone)).toBeLessThan(1e-6);
      await decoder.release();
    },
  );

  test.each(["prompt-t5", "prefix-t5"])(
    "computes as PEFT does behind an encoder (%s), and without again",
    async (name) => {
      const { decoder, ids, alone } = await open("t5");
      const decoderIds = [...(await readAll(join(fixtures, "t5/reference.safetensors"))).get("decoder_ids")!];
      const adapter = await readAdapter(join(peft, name));
      for (const [active, logits] of [
        [[{ adapter, scale: 1 }], expected.get(name)!],
        [[], alone],
      ] as const) {
        decoder.useAdapters(active);
        expect(errorOfSpread(await decoder.begin(ids), logits.subarray(0, decoder.vocabularySize))).toBeLessThan(1e-6);
        decoder.rewind(0);
        expect(errorOfSpread(await decoder.extendAll(decoderIds), logits)).toBeLessThan(1e-6);
        decoder.rewind(7);
        const next = logits.subarray(7 * decoder.vocabularySize, 8 * decoder.vocabularySize);
        expect(errorOfSpread(await decoder.extend([decoderIds[7]!]), next)).toBeLessThan(1e-6);
      }
      await decoder.release();
    },
  );

  test("refuses two at once and a part of one, and goes on with what it has", async () => {
    const { decoder, ids } = await open("qwen2");
    const [prompt, prefix] = [await readAdapter(join(peft, "prompt")), await readAdapter(join(peft, "prefix"))];
    const use =
      (...adapters: [Adapter, number][]) =>
      () =>
        decoder.useAdapters(adapters.map(([adapter, scale]) => ({ adapter, scale })));
    use([prefix, 1])();
    expect(use([prompt, 1], [prefix, 1])).toThrow(expect.objectContaining({ code: "adapter-unsupported" }));
    expect(use([prompt, 0.5])).toThrow(expect.objectContaining({ message: expect.stringContaining("scale of 0.5") }));
    expect(errorOfSpread(await decoder.extendAll(ids), expected.get("prefix")!)).toBeLessThan(1e-6);
    expect(use([prompt, 1], [prefix, 0])).not.toThrow();
    expect(errorOfSpread(await decoder.extendAll(ids), expected.get("prompt")!)).toBeLessThan(1e-6);
    await decoder.release();
  });

  test("counts LoRA in when it reads a prompt", async () => {
    const { decoder, ids } = await open("qwen2");
    const prompt = { adapter: await readAdapter(join(peft, "prompt")), scale: 1 };
    const lora = { adapter: await readAdapter(join(fixtures, "qwen2/lora")), scale: 1 };
    decoder.useAdapters([prompt]);
    const without = await decoder.extendAll(ids);
    decoder.useAdapters([prompt, lora]);
    expect(errorOfSpread(await decoder.extendAll(ids), without)).toBeGreaterThan(0.01);
    await decoder.release();
  });
});
