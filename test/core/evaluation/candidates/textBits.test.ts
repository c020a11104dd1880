import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fileTokens, textBits } from "../../../../extension/core/evaluation/candidates/textBits.ts";
import { openDecoder, type Decoder } from "../../../../extension/core/inference/tree/decoder.ts";
import type { Tokenizer } from "../../../../extension/core/tokenizer/tokenizer.ts";
import { characters, special, withoutGaps } from "../../completion/fakes.ts";
import { fixtures, loadFixture, readAll } from "../../architectures/fixtures.ts";

/** Every token costs log2 of the vocabulary size. Records what is read in one call. */
function indifferent(contextLength: number): { decoder: Decoder; reads: number[][] } {
  const reads: number[][] = [];
  const vocabularySize = 256;
  const decoder = {
    vocabularySize,
    contextLength,
    begin: (ids: readonly number[]) => {
      reads.push([...ids]);
      return Promise.resolve(new Float32Array(vocabularySize));
    },
    extendAll: (ids: readonly number[]) => {
      reads.at(-1)!.push(...ids);
      return Promise.resolve(new Float32Array(ids.length * vocabularySize));
    },
  } as unknown as Decoder;
  return { decoder, reads };
}

describe("textBits", () => {
  test("equals PyTorch's loss on a tiny checkpoint", async () => {
    const { base } = await loadFixture("llama");
    const reference = await readAll(join(fixtures, "llama/reference.safetensors"));
    const ids = [...reference.get("ids")!];
    const logits = reference.get("logits")!;
    const size = base.config.vocabularySize;
    const expected = ids.slice(1).reduce((bits, id, i) => {
      const row = [...logits.subarray(i * size, (i + 1) * size)];
      return bits + Math.log2(row.reduce((sum, logit) => sum + Math.exp(logit), 0)) - row[id]! / Math.LN2;
    }, 0);
    // The first id takes the place of the end of the text before, which is the header of a base without separators.
    const tokenizer = { ...withoutGaps, endOfText: ids[0]!, encode: () => ids.slice(1) } satisfies Tokenizer;
    const decoder = await openDecoder(base);
    expect(await textBits({ decoder, tokenizer }, { path: "a.py", text: "x" })).toBeCloseTo(expected, 3);
    expect(await textBits({ decoder, tokenizer }, { path: "a.py", text: "x" })).toBeCloseTo(expected, 3);
    await decoder.release();
  });

  test("counts each token of the text once, the path never, in windows of the context's length", async () => {
    const text = "abcdefghijklmnopqrstu";
    const { decoder, reads } = indifferent(8);
    expect(await textBits({ decoder, tokenizer: characters }, { path: "p.py", text })).toBeCloseTo(8 * text.length);
    const read = [special.file, ...characters.encode(`p.py\n${text}`)];
    expect(reads.map(({ length }) => length)).toEqual([8, 8, 8, 2]);
    expect(reads.flat()).toEqual(read.slice(0, -1));
  });

  test("other files stand in front of each window; what the imports cost is counted without them", async () => {
    const text = "import other\nabcdefghijklm";
    const { decoder, reads } = indifferent(3000);
    const asked: string[] = [];
    const contextAfter = (prefix: string) => {
      asked.push(prefix);
      return [{ path: "other.py", text: "value" }];
    };
    const model = { decoder, tokenizer: characters, contextTokens: 100 };
    const bits = await textBits(model, { path: "p.py", text: text.repeat(100) }, { contextAfter });
    // Each token counts once, although the beginning is read twice.
    expect(bits).toBeCloseTo(8 * text.length * 100);
    expect(asked[0]).toBe(text.slice(0, 13));
    const front = [
      special.file,
      ...characters.encode("other.py\nvalue\n"),
      special.file,
      ...characters.encode("p.py\n"),
    ];
    const header = [special.file, ...characters.encode("p.py\n")];
    expect(reads[0]).toEqual([...header, ...characters.encode(text.slice(0, 12))]);
    expect(reads[1]!.slice(0, front.length + 5)).toEqual([...front, ...characters.encode("impor")]);
    expect(asked[1]).toBe(text.repeat(100).slice(0, 1024 - header.length + 1));
    expect(reads[2]!.slice(0, front.length)).toEqual(front);
  });
});

test("fileTokens: the path is the header, or the end of text where a base knows no files", () => {
  const file = { path: "p", text: "x" };
  expect(fileTokens(characters, file)).toEqual({ ids: [special.file, ...characters.encode("p\nx")], header: 3 });
  expect(fileTokens(withoutGaps, file)).toEqual({ ids: [special.endOfText, 120], header: 1 });
});
