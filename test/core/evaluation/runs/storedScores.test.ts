import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { configurationOf, writeRun } from "./writtenRun.ts";

const score = { value: 50, low: 0, high: 100 };
/** What earlier versions stored for every run. */
const scores = { "em@1": score, "em@2": score, "em@10": score, codebleu: score };

test.each([
  [{ kind: "greedy" }, ["em@1", "codebleu"]],
  [{ kind: "beams", width: 2, returned: 2 }, ["em@1", "em@2", "codebleu"]],
] as const)("a stored run of %j has no EM@k of more answers", async (decoding, names) => {
  const home = await mkdtemp(join(tmpdir(), "graft-stored-"));
  onTestFinished(() => rm(home, { recursive: true }));
  const configuration = configurationOf({ decoding });
  const { result } = await writeRun(
    home,
    configuration,
    [{ id: "1", intent: "", predictions: ["a"], reference: "a" }],
    {
      scores,
    },
  );
  expect(Object.keys(result!.scores)).toEqual(names);
});
