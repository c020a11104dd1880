import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { dense } from "../../../../extension/core/evaluation/retrieval/dense.ts";
import {
  openSentenceEncoder,
  type SentenceEncoder,
} from "../../../../extension/core/evaluation/retrieval/sentenceEncoder.ts";

const fixture = join(import.meta.dirname, "../../../fixtures/textEncoder");
const { texts, queries, nearest } = JSON.parse(await readFile(join(fixture, "reference.json"), "utf8")) as {
  texts: string[];
  queries: string[];
  nearest: number[][];
};
const encoder = await openSentenceEncoder(join(fixture, "model"));
const cacheFolder = await mkdtemp(join(tmpdir(), "graft-embeddings-"));
afterAll(async () => {
  await encoder.release();
  await rm(cacheFolder, { recursive: true });
});

/** The encoder, and how many texts it had to encode. */
function counted(): { encoder: SentenceEncoder; asked: () => number } {
  let asked = 0;
  const encode: SentenceEncoder["encode"] = (some, signal) => {
    asked += some.length;
    return encoder.encode(some, signal);
  };
  return { encoder: { ...encoder, encode }, asked: () => asked };
}

test("dense finds what the inner product of PyTorch's embeddings finds, in the same order", async () => {
  const index = await dense(texts, encoder, { cacheFolder });
  for (const [i, query] of queries.entries()) expect(await index.nearest(query, 5), query).toEqual(nearest[i]);
  expect(await index.nearest(queries[0]!, 100)).toHaveLength(texts.length);
});

test("dense encodes texts once for all runs, and others anew", async () => {
  const again = counted();
  const index = await dense(texts, again.encoder, { cacheFolder });
  expect(again.asked()).toBe(0);
  expect(await index.nearest(queries[1]!, 5)).toEqual(nearest[1]);
  const other = counted();
  await dense([...texts, "one more"], other.encoder, { cacheFolder });
  expect(other.asked()).toBe(new Set(texts).size + 1);
  const anotherModel = counted();
  await dense(texts, { ...anotherModel.encoder, hash: "another" }, { cacheFolder });
  expect(anotherModel.asked()).toBe(new Set(texts).size);
});

test("dense encodes again what was cut off on the disk", async () => {
  for (const name of await readdir(cacheFolder)) await writeFile(join(cacheFolder, name), "cut off");
  const index = await dense(texts, encoder, { cacheFolder });
  expect(await index.nearest(queries[2]!, 5)).toEqual(nearest[2]);
});
