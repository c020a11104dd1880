import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openSentenceEncoder } from "../../../../extension/core/evaluation/retrieval/sentenceEncoder.ts";
import { openSentenceTokenizer } from "../../../../extension/core/evaluation/retrieval/sentenceTokenizer.ts";

const fixture = join(import.meta.dirname, "../../../fixtures/textEncoder");
const model = join(fixture, "model");
const reference = JSON.parse(await readFile(join(fixture, "reference.json"), "utf8")) as {
  texts: string[];
  ids: number[][];
  embeddings: number[][];
};
const scratch = await mkdtemp(join(tmpdir(), "graft-encoder-"));
afterAll(() => rm(scratch, { recursive: true }));

test("openSentenceTokenizer gives the ids of transformers, the longest cut short before its end", async () => {
  const { encode } = await openSentenceTokenizer(model);
  expect(reference.texts.map((text) => encode(text, 32))).toEqual(reference.ids);
});

describe("openSentenceEncoder", () => {
  const distance = (one: ArrayLike<number>, other: ArrayLike<number>): number =>
    Math.max(...Array.from(one, (value, i) => Math.abs(value - other[i]!)));

  test("gives the embeddings of transformers, whatever stands beside a text in its batch", async () => {
    const encoder = await openSentenceEncoder(model);
    const together = await encoder.encode(reference.texts);
    for (const [i, embedding] of reference.embeddings.entries()) {
      expect(distance(together[i]!, embedding), reference.texts[i]).toBeLessThan(2e-6);
      expect(distance((await encoder.encode([reference.texts[i]!]))[0]!, embedding)).toBeLessThan(2e-6);
    }
    await encoder.release();
  });

  test("gives those of the feature-extraction of transformers.js", async () => {
    const { env, pipeline } = await import("@xenova/transformers");
    env.allowRemoteModels = false;
    const extract = await pipeline("feature-extraction", model, { dtype: "fp32" });
    const encoder = await openSentenceEncoder(model);
    const texts = reference.texts.filter((text) => text.length < 60);
    const theirs = (await extract(texts, { pooling: "mean", normalize: true })).tolist() as number[][];
    const ours = await encoder.encode(texts);
    for (const [i, embedding] of theirs.entries()) expect(distance(ours[i]!, embedding)).toBeLessThan(2e-6);
    await extract.dispose();
    await encoder.release();
  });

  test("names what is wrong with a folder", async () => {
    const refusal = async (change: (folder: string) => Promise<unknown>): Promise<unknown> => {
      const folder = await mkdtemp(join(scratch, "model-"));
      await cp(model, folder, { recursive: true });
      await change(folder);
      return await openSentenceEncoder(folder).then(
        (encoder) => encoder.encode(["x"]).catch((error: unknown) => error),
        (error: unknown) => error,
      );
    };
    const code = (name: string): unknown => expect.objectContaining({ code: name });
    expect(await refusal((folder) => rm(join(folder, "onnx"), { recursive: true }))).toEqual(code("encoder-invalid"));
    expect(await refusal((folder) => writeFile(join(folder, "onnx/model.onnx"), "?"))).toEqual(code("encoder-invalid"));
    expect(await refusal((folder) => writeFile(join(folder, "config.json"), "{"))).toEqual(code("encoder-invalid"));
    const renamed = async (folder: string): Promise<void> => {
      const bytes = await readFile(join(folder, "onnx/model.onnx"), "latin1");
      await writeFile(
        join(folder, "onnx/model.onnx"),
        bytes.replaceAll("last_hidden_state", "some_other_result"),
        "latin1",
      );
    };
    expect(await refusal(renamed)).toEqual(code("encoder-invalid"));
    expect(await refusal((folder) => rm(join(folder, "tokenizer.json")))).toEqual(code("tokenizer-invalid"));
  });
});
