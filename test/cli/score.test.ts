/** `graft score` from outside, on the pairs whose scores the reference implementations have computed. */

import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { run } from "./run.ts";

// Each test starts a process, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const fixture = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/measures/measures.json"), "utf8")) as {
  parts: string[];
  pairs: { prediction: string; reference: string }[];
  corpora: ({ name: string; pairs: number[]; chrf: number } & Record<"k4black" | "codexglue", number[]>)[];
};
const corpus = fixture.corpora.find(({ name }) => name === "parsable")!;

let folder: string;
const at = (name: string): string => join(folder, name);
const write = (name: string, rows: readonly object[]): Promise<void> =>
  writeFile(at(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
const score = (...flags: string[]) => run(["score", ...flags], {});
const files = (): string[] => ["--predictions", at("p.jsonl"), "--references", at("r.jsonl")];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-score-"));
  const scored = corpus.pairs.map((i) => ({ id: `pair ${i}`, ...fixture.pairs[i]! }));
  await write(
    "p.jsonl",
    scored.map(({ id, prediction }) => ({ id, predictions: [prediction, "second"] })),
  );
  await write(
    "better.jsonl",
    scored.map(({ id, prediction, reference }, i) => ({ id, predictions: [i % 3 ? prediction : reference] })),
  );
  await write(
    "r.jsonl",
    scored.toReversed().map(({ id, reference }) => ({ id, reference })),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(["k4black", "codexglue"] as const)(
  "scores as %s does, in the fields that are promised",
  async (behaviour) => {
    const { code, result, events, stderr } = await score(...files(), "--codebleu", behaviour, "--json");
    expect([code, stderr]).toEqual([0, ""]);
    expect(events("progress").at(-1)).toMatchObject({ done: result["items"], total: result["items"] });
    const metrics = result["metrics"] as { codebleu: Record<string, number>; chrf: number };
    expect(Object.keys(metrics)).toEqual(["em@1", "em@2", "em@5", "em@10", "codebleu", "chrf"]);
    expect(metrics.chrf).toBeCloseTo(corpus.chrf, 9);
    for (const [i, part] of fixture.parts.entries()) {
      // Not to the last digit: the reference's corpus has two pairs with an empty reference.
      expect(metrics.codebleu[part]).toBeCloseTo(corpus[behaviour][i]!, 2);
    }
    const { codebleu } = result["intervals"] as { codebleu: Record<string, { low: number; high: number }> };
    expect(codebleu["score"]!.low).toBeLessThan(metrics.codebleu["score"]!);
    expect(codebleu["score"]!.high).toBeGreaterThan(metrics.codebleu["score"]!);
  },
);

test("tells a contender that is right more often from its other", async () => {
  const { result } = await score(...files(), "--against", at("better.jsonl"), "--metric", "em,edit", "--json");
  const differences = result["differences"] as Record<string, { difference: number; p: number }>;
  expect(Object.keys(differences)).toEqual(["em@1", "em@2", "em@5", "em@10", "editSimilarity"]);
  expect(differences["em@1"]!.difference).toBeLessThan(0);
  expect(differences["em@1"]!.p).toBeLessThan(0.01);
  const none = await score(...files(), "--metric", "em", "--resamples", "0", "--json");
  expect(none.result).not.toHaveProperty("intervals");
});

test("prints a line a score, and warns of rows that it leaves out", async () => {
  const { stdout, stderr } = await score(...files(), "--metric", "codebleu,chrf++");
  expect(stdout).toMatch(
    /^\d+ items\ncodebleu +0\.\d{4} +0\.\d{4} to 0\.\d{4}\n {2}ngram .*\nchrf\+\+, % +\d+\.\d\d /s,
  );
  await writeFile(at("bad.jsonl"), '{"id": "pair 5", "predictions": ["x"]}\n{"id": 1}\n');
  const bad = await score("--predictions", at("bad.jsonl"), "--references", at("r.jsonl"), "--metric", "em");
  expect(bad.stderr).toMatch(/^warning: bad\.jsonl:2: "predictions" is missing\./m);
  expect(bad.stderr).toMatch(/^warning: bad\.jsonl: \d+ more entries were left out\.$/m);
  expect([bad.code, stderr]).toEqual([0, expect.not.stringContaining("warning")]);
});

test("refuses files that are not there, and files without a common id", async () => {
  const refused = await score("--predictions", at("none.jsonl"), "--references", at("r.jsonl"), "--json");
  expect(refused).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/^error: .*none\.jsonl.*\n$/) });
  await write("alone.jsonl", [{ id: "alone", predictions: ["x"] }]);
  const alone = await score("--predictions", at("alone.jsonl"), "--references", at("r.jsonl"));
  expect(alone).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("alone.jsonl:1") });
});

test("wrong usage ends with 2", async () => {
  expect(await score(...files(), "--metric", "em,bleu")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("codebleu"),
  });
  expect(await score("--predictions", at("p.jsonl"))).toMatchObject({ code: 2 });
});
