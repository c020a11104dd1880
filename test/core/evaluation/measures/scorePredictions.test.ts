import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { english } from "../../../../extension/core/foundation/words/said.ts";
import { exactMatch } from "../../../../extension/core/evaluation/measures/exactMatch.ts";
import {
  mostRows,
  readReferences,
  scorePredictions,
} from "../../../../extension/core/evaluation/measures/scorePredictions.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-score-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, rows: readonly unknown[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, rows.map((row) => `${typeof row === "string" ? row : JSON.stringify(row)}\n`).join(""));
  return path;
}

const em = exactMatch([1, 2]);

describe("readReferences", () => {
  test("lists bad rows with their lines and keeps the good ones", async () => {
    const path = await file("r.jsonl", [
      { id: "a", reference: "x" },
      { id: 7, reference: "y", other: true },
      { reference: "z" },
      { id: "b", reference: " \n" },
      { id: "a", reference: "again" },
      "{broken",
      "",
      { id: "c", reference: 5 },
      { id: "", reference: "x" },
    ]);
    const { texts, problems } = await readReferences(path);
    expect([...texts].map(([id, { reference }]) => [id, reference])).toEqual([
      ["a", "x"],
      ["7", "y"],
    ]);
    expect(problems.map(({ where }) => where)).toEqual([3, 4, 5, 6, 8, 9].map((line) => `r.jsonl:${line}`));
    expect(english(problems[2]!.message)).toContain("r.jsonl:1");
  });

  test.each(["none.jsonl", "."])("%s is no file", async (name) => {
    await expect(readReferences(join(folder, name))).rejects.toMatchObject({ code: "file-missing" });
  });
});

describe("scorePredictions", () => {
  const references = async () =>
    await readReferences(
      await file(
        "references.jsonl",
        ["a", "b", "c", "d"].map((id) => ({ id, reference: `code of ${id}` })),
      ),
    );

  test("pairs by id in any order, and says what has no partner", async () => {
    const path = await file("p.jsonl", [
      { id: "c", predictions: ["no", "code of c"] },
      { id: "a", predictions: ["code of a"] },
      { id: "e", predictions: ["code of e"] },
      { id: "a", predictions: ["another"] },
      { id: "d", predictions: "code of d" },
      { id: "b", predictions: [] },
    ]);
    const scored = await scorePredictions(path, await references(), [em]);
    expect(scored.items).toBe(3);
    expect(em.scores(scored.sums[0]!)).toEqual({ "em@1": 100 / 3, "em@2": 200 / 3 });
    expect([...scored.rows!]).toEqual([
      ["c", [[1, 0, 1]]],
      ["a", [[1, 1, 1]]],
      ["b", [[1, 0, 0]]],
    ]);
    expect(scored.problems.map(({ where }) => where)).toEqual([
      "p.jsonl:3",
      "p.jsonl:4",
      "p.jsonl:5",
      "references.jsonl:4",
    ]);
  });

  test("tells its progress, and is cancelled by its signal", async () => {
    const path = await file(
      "q.jsonl",
      ["a", "b", "c", "d"].map((id) => ({ id, predictions: [id] })),
    );
    const seen: unknown[] = [];
    await scorePredictions(path, await references(), [em], { onProgress: (progress) => seen.push(progress) });
    expect(seen).toEqual([{ done: 4, total: 4 }]);
    const cancelled = scorePredictions(path, await references(), [em], { signal: AbortSignal.abort() });
    await expect(cancelled).rejects.toMatchObject({ name: "AbortError" });
  });

  test("nothing to score is an error that names the first problem", async () => {
    const path = await file("nothing.jsonl", [{ id: "z", predictions: ["x"] }]);
    await expect(scorePredictions(path, await references(), [em])).rejects.toMatchObject({
      code: "score-empty",
      message: expect.stringContaining("nothing.jsonl:1"),
    });
  });

  test("of more items than are resampled, only sums are kept", async () => {
    const ids = Array.from({ length: mostRows + 1 }, (_, i) => i);
    const many = await readReferences(
      await file(
        "many.jsonl",
        ids.map((id) => ({ id, reference: "x" })),
      ),
    );
    const path = await file(
      "manyPredictions.jsonl",
      ids.map((id) => ({ id, predictions: [id % 2 ? "x" : "y"] })),
    );
    const scored = await scorePredictions(path, many, [em]);
    expect(scored.rows).toBeUndefined();
    expect(scored.sums).toEqual([Float64Array.of(mostRows + 1, mostRows / 2, mostRows / 2)]);
  });
});
