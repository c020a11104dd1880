import { describe, expect, test } from "vitest";
import { readAdapter } from "../../../../extension/core/adapters/formats/peftFolder.ts";
import { openDecoder } from "../../../../extension/core/inference/tree/decoder.ts";
import { relativeError } from "../../graph/evaluate.ts";
import { fixtures, loadFixture } from "../../architectures/fixtures.ts";

const { base } = await loadFixture("t5");
const { contextLength } = base.config;
const prompt = [10, 20, 30, 40, 50];

describe("openDecoder of an encoder-decoder", () => {
  test("begins each prompt behind the start token, and gives the same for the same", async () => {
    const decoder = await openDecoder(base);
    const first = await decoder.begin(prompt);
    expect(decoder.tokens).toEqual([0]);
    await decoder.extend([7, 8]);
    expect(decoder.tokens).toEqual([0, 7, 8]);
    expect(await decoder.begin(prompt)).toEqual(first);
    expect(relativeError(await decoder.begin([10, 20]), first)).toBeGreaterThan(1e-2);
    expect(await decoder.begin(prompt)).toEqual(first);
    await decoder.release();
  });

  test("reads the prompt again with other adapters", async () => {
    const decoder = await openDecoder(base);
    const alone = await decoder.begin(prompt);
    decoder.useAdapters([{ adapter: await readAdapter(`${fixtures}/t5/lora`), scale: 1 }]);
    await expect(decoder.extend([3])).rejects.toThrow("before a prompt is read");
    expect(relativeError(await decoder.begin(prompt), alone)).toBeGreaterThan(1e-2);
    decoder.useAdapters([]);
    expect(await decoder.begin(prompt)).toEqual(alone);
    await decoder.release();
  });

  test("has a context for what is read, and as much for what is written", async () => {
    const decoder = await openDecoder(base);
    const full = Array.from({ length: contextLength }, (_, i) => i);
    await expect(decoder.begin([...full, 0])).rejects.toMatchObject({ code: "context-full" });
    await decoder.begin(full);
    await decoder.extend(full.slice(1));
    await expect(decoder.extend([1])).rejects.toMatchObject({ code: "context-full" });
    await decoder.release();
  });

  test("reads nothing once it is cancelled", async () => {
    const decoder = await openDecoder(base);
    await expect(decoder.begin(prompt, AbortSignal.abort())).rejects.toThrow("aborted");
    await expect(decoder.extend([1])).rejects.toThrow("before a prompt is read");
    await decoder.release();
  });
});
