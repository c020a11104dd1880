import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  readTrainingReport,
  recordedLosses,
  withReport,
} from "../../../../extension/core/training/output/trainingReport.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-report-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const report = {
  settings: { method: "lora", rank: 16 },
  steps: 3,
  tokens: 50,
  seconds: 1.5,
  trainLoss: 0.5,
  validationLoss: { before: 2, best: 1, last: 1.5 },
  trainableParameters: 8,
  peakMemoryBytes: 1000,
};

test("a report is written beside the files of a training, counts as one of them, and is read again", async () => {
  const files = withReport(
    { names: new Set(["adapter"]), write: (path) => writeFile(join(path, "adapter"), "values") },
    report,
  );
  await files.write(folder);
  expect(new Set(await readdir(folder))).toEqual(files.names);
  expect(await readTrainingReport(folder)).toEqual({ format: 1, ...report });
});

test("an unreadable report counts as missing", async () => {
  expect(await readTrainingReport(join(folder, "nowhere"))).toBeUndefined();
  await writeFile(join(folder, "graft.json"), '{"format": 2}');
  expect(await readTrainingReport(folder)).toBeUndefined();
});

test("recorded losses are thinned out to means, so that a long training has a small report", () => {
  const training = Array.from({ length: 10_000 }, (_, i) => ({ step: i + 1, loss: 10_000 - i }));
  const validation = [0, 5000, 10_000].map((step) => ({ step, loss: 1 }));
  const recorded = recordedLosses({ training, validation });
  expect(recorded.validation).toEqual(validation);
  expect(recorded.training.length).toBeLessThanOrEqual(200);
  expect(recorded.training.length).toBeGreaterThan(100);
  expect(recorded.training[0]!.loss + recorded.training[0]!.step).toBeCloseTo(10_001);
  expect(recordedLosses({ training: [], validation: [] })).toEqual({ training: [], validation: [] });
});
