/** Held-out code as the suite of a run, by a tiny base of random weights and by n-grams. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { compareRuns } from "../../../../extension/core/evaluation/scoring/compareRuns.ts";
import { contextOf, openEvaluationRepository } from "../../../../extension/core/evaluation/context/contextOf.ts";
import { runEvaluation } from "../../../../extension/core/evaluation/runs/runEvaluation.ts";
import type { EvaluationOptions } from "../../../../extension/core/evaluation/runs/evaluationRequest.ts";
import type { EvaluationProgress } from "../../../../extension/core/evaluation/runs/progress.ts";
import { listRuns, readRun, type RunSummary } from "../../../../extension/core/evaluation/runs/runFolder.ts";
import { exported } from "../../../../extension/core/evaluation/scoring/runTable.ts";
import { silentLog } from "../../../../extension/core/foundation/log.ts";
import { writeTinyCheckpoint } from "../../baseModels/tinyCheckpoint.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const files = 20;
let folder: string;
const at = (...path: string[]): string => join(folder, ...path);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-infilling-"));
  await writeTinyCheckpoint(at("tiny"));
  await mkdir(at("suite"));
  for (let i = 0; i < files; i++) {
    const body = [1, 2].map((n) => `def f${i}_${n}(value):\n    other = value + ${n}\n    return other\n`);
    await writeFile(at("suite", `m${i}.py`), body.join("\n\n"));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function optionsOf(more: Partial<EvaluationOptions> = {}): EvaluationOptions {
  const places = { home: at("home"), embedded: at("tiny"), dataFolder: folder };
  return { base: at("tiny"), ...places, suite: at("suite"), limit: 20, ...more };
}

const evaluate = (more: Partial<EvaluationOptions> = {}): Promise<RunSummary> =>
  runEvaluation(optionsOf(more), { log: silentLog });
const textOf = (run: RunSummary, file: string): Promise<string> => readFile(join(run.folder, file), "utf8");

test("keeps what files cost and holes are filled with, and scores both", async () => {
  const events: EvaluationProgress[] = [];
  const run = await runEvaluation(optionsOf(), { log: silentLog, onProgress: (progress) => events.push(progress) });
  expect(run.id).toMatch(/^suite-tiny-\w+-editor-[0-9a-f]{8}$/);
  expect(run.record.configuration.suite).toMatchObject({ kind: "infilling", tasks: 60, files: 20 });
  expect(run.result).toMatchObject({ items: 40, problems: [] });
  expect(run.result!.heldOut).toMatchObject({ files: 20, holes: { line: 20, block: 20 } });
  const { line, "line.word": words = 0, "line.boundary": boundaries = 0 } = run.result!.heldOut!.holes;
  expect(words + boundaries).toBe(line);
  expect(Object.keys(run.result!.scores).slice(0, 5)).toEqual([
    "bitsPerByte",
    ...["exact", "editSimilarity", "offered", "parses"].map((score) => `line.${score}`),
  ]);
  // Random weights know nothing about some 128 tokens, so a token costs nearly log2 of their number.
  expect(run.result!.scores["bitsPerByte"]!.value).toBeGreaterThan(1);
  expect(events.filter(({ phase }) => phase === "bits")).toHaveLength(20);
  expect(events.at(-1)).toMatchObject({ phase: "infilling", done: 40, total: 40 });
  const rows = (await textOf(run, "predictions.jsonl")).trimEnd().split("\n");
  const row = JSON.parse(rows[0]!) as {
    id: string;
    reference: string;
    hole: { path: string; line: number; column: number };
  };
  const source = (await readFile(at("suite", row.hole.path), "utf8")).split("\n")[row.hole.line - 1]!;
  expect(source.slice(row.hole.column - 1)).toBe(row.reference);
  expect(await readRun(run.folder)).toEqual(run);
  expect(exported([run], "markdown")).toContain("| Bits per byte | Lines, exact (%) | Blocks, exact (%) |");
});

test.each([
  ["bits", 17],
  ["infilling", 18],
] as const)("stopped while %s, it goes on from there and ends as if it had not been", async (phase, stopAt) => {
  const whole = await evaluate();
  const other = { home: at(`stopped while ${phase}`) };
  const stop = new AbortController();
  const stopped = runEvaluation(optionsOf(other), {
    log: silentLog,
    signal: stop.signal,
    onProgress: (progress) => progress.phase === phase && progress.done === stopAt && stop.abort(),
  });
  await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
  const [left] = await listRuns(other.home);
  expect(left).toMatchObject({ id: whole.id, done: phase === "bits" ? 16 : files + 16 });
  const seen: EvaluationProgress[] = [];
  const run = await runEvaluation(optionsOf(other), { log: silentLog, onProgress: (each) => seen.push(each) });
  expect(seen[0]).toMatchObject({ phase, done: 17 });
  expect(await textOf(run, "predictions.jsonl")).toBe(await textOf(whole, "predictions.jsonl"));
  expect(run.result!.scores).toEqual(whole.result!.scores);
});

test("n-grams are a candidate like any other: fewer bits per byte on their own corpus, and that is better", async () => {
  const base = await evaluate();
  const ngrams = await evaluate({ ngram: at("suite") });
  expect(ngrams).toMatchObject({ candidate: "5-gram", done: 60, result: { items: 40 } });
  expect(ngrams.record.configuration.ngram).toMatchObject({ order: 5, corpus: "suite" });
  const { items, differences } = await compareRuns(ngrams, base);
  expect(items).toBe(40);
  expect(differences["bitsPerByte"]).toMatchObject({ verdict: "first" });
  expect(differences["bitsPerByte"]!.difference).toBeLessThan(0);
  await writeFile(at("tasks.jsonl"), '{"intent": "a", "code": "b"}');
  await expect(evaluate({ suite: at("tasks.jsonl"), ngram: at("suite") })).rejects.toMatchObject({
    code: "option-invalid",
  });
});

test("other seeds draw other holes, and the same suite with another file is another one", async () => {
  const one = await evaluate({ limit: 3 });
  const other = await evaluate({ limit: 3, seed: 7 });
  expect(other.id).not.toBe(one.id);
  expect(await textOf(other, "predictions.jsonl")).not.toBe(await textOf(one, "predictions.jsonl"));
  await mkdir(at("copy", "suite"), { recursive: true });
  await writeFile(at("copy", "suite", "m0.py"), "def f(value):\n    other = value\n    return other\n");
  const changed = await evaluate({ suite: at("copy", "suite"), limit: 1 });
  await expect(compareRuns(changed, one)).rejects.toMatchObject({ code: "runs-differ" });
});

test("with none, file or repository in front, the configuration and the name say so, and the predictions differ", async () => {
  await writeTinyCheckpoint(at("wide"), { config: { max_position_embeddings: 1024 } });
  const options = { base: at("wide"), limit: 6 };
  const file = await evaluate({ ...options, context: "file" });
  expect(file.id).toBe((await evaluate(options)).id);
  expect(file.record.configuration.context).toBeUndefined();
  const none = await evaluate({ ...options, context: "none" });
  const { name } = file.record.configuration.base;
  expect([none.candidate, none.record.configuration.context]).toEqual([`${name}, without path`, { kind: "none" }]);
  const repository = await evaluate({ ...options, context: "repository" });
  expect(repository.candidate).toBe(`${name} + repository`);
  expect(repository.record.configuration.context).toMatchObject({ kind: "repository", name: "suite" });
  expect(none.result!.scores["bitsPerByte"]).not.toEqual(file.result!.scores["bitsPerByte"]);
  // The candidate reads as many tokens of other files as its settings say.
  await mkdir(at("related"));
  const shared = "def total_of_invoices(invoices):\n    return sum(invoice.total for invoice in invoices)\n";
  await writeFile(at("related", "shared.py"), shared);
  const user =
    "from shared import total_of_invoices\n\n\ndef report(invoices):\n    total = total_of_invoices(invoices)\n    return total\n";
  await writeFile(at("related", "user.py"), user);
  const related = { ...options, suite: at("related"), context: "repository" } as const;
  const [silent, told] = [await evaluate(related), await evaluate({ ...related, contextTokens: 200 })];
  expect(told.candidate).toBe(`${name} + repository (200 tokens)`);
  expect(told.result!.scores["bitsPerByte"]).not.toEqual(silent.result!.scores["bitsPerByte"]);
  expect((await compareRuns(repository, file)).items).toBe(12);
  // Another repository makes another configuration.
  await mkdir(at("elsewhere"));
  await writeFile(at("elsewhere", "a.py"), "def far(value):\n    return value\n");
  const other = await evaluate({ ...options, context: "repository", repository: at("elsewhere") });
  expect(other.id).not.toBe(repository.id);
  await expect(evaluate({ ...options, repository: at("elsewhere") })).rejects.toMatchObject({ code: "option-invalid" });
});

test("a file's own text is never in front of it, also where the repository knows the file by another path", async () => {
  await mkdir(at("named", "pkg"), { recursive: true });
  const text = "def unlike_any_other(argument):\n    changed = argument + 41\n    return changed\n";
  await writeFile(at("named", "pkg", "own.py"), text);
  await writeFile(at("named", "pkg", "user.py"), "from pkg.own import unlike_any_other\n");
  const frontAt = contextOf("repository", await openEvaluationRepository(at("named")), 400);
  const cursor = { prefix: "from pkg.own import unlike_any_other\nunlike_any_", suffix: "" };
  const asOwn = frontAt({ path: "own.py", text }, cursor);
  expect(asOwn.path).toBe("pkg/own.py");
  expect(JSON.stringify([asOwn.context, asOwn.copies])).not.toContain("changed");
  const asOther = frontAt({ path: "pkg/user.py", text: "other" }, cursor);
  expect(JSON.stringify(asOther.context)).toContain("unlike_any_other(argument)");
});
