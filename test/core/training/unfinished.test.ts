import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openOutputFolder } from "../../../extension/core/training/output/outputFolder.ts";
import type { TrainingRun } from "../../../extension/core/training/run/trainingRun.ts";
import { removeDiscarded, setAsideTraining, unfinishedTrainings } from "../../../extension/core/training/unfinished.ts";

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "graft-unfinished-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const none = { length: 0, drawings: 1, tokens: 0, longest: { own: 0, read: 0 } };
const run: Omit<TrainingRun, "version"> = {
  dataFolder: "data-01234567",
  asked: { base: "", data: ["/work"] },
  fingerprint: { method: "ia3" },
  base: { name: "tiny", path: "/bases/tiny", hash: "0f", embedded: false },
  settings: {
    preset: "graft",
    method: "ia3",
    rank: 16,
    alpha: 32,
    dropout: 0,
    rsLora: false,
    targets: null,
    feedForward: ["down_proj"],
    virtualTokens: 0,
    initText: "",
    epochs: 5,
    steps: null,
    batchSize: 8,
    maxLength: 256,
    learningRate: 0.01,
    schedule: "linear",
    optimizer: "adamw",
    weightDecay: 0,
    patience: null,
    saveEvery: 60,
    sourceAs: "pieces",
    context: "file",
    fillShare: 0.5,
    seed: 42,
    shuffle: true,
  },
  steps: 40,
  problems: { count: 0 },
  parts: [],
  training: none,
  validation: none,
};

/** A training that was interrupted before its first checkpoint. */
async function begun(name: string): Promise<void> {
  const output = await openOutputFolder(join(folder, name));
  await mkdir(join(output.workFolder, run.dataFolder));
  await output.begin(run);
  await output.release();
}

describe("unfinishedTrainings", () => {
  test("lists trainings that can resume, and those that run", async () => {
    await begun("one");
    await begun("two");
    const running = await openOutputFolder(join(folder, "two"));
    const listed = { base: "tiny", step: 0, steps: 40 };
    expect(await unfinishedTrainings(folder)).toEqual([
      { name: "one", ...listed, busy: false },
      { name: "two", ...listed, busy: true },
    ]);
    await running.release();
    expect(await unfinishedTrainings(join(folder, "absent"))).toEqual([]);
  });

  test("removes the leftovers of a training that was killed while reading its data, but never the data of a run", async () => {
    await begun("kept");
    await mkdir(join(folder, ".killed.training", "data-89abcdef"), { recursive: true });
    await writeFile(join(folder, ".killed.training", "data-89abcdef", "training.tokens"), "code of mine");
    await mkdir(join(folder, ".kept.training", "data-89abcdef"));
    expect(await unfinishedTrainings(folder)).toHaveLength(1);
    expect(await readdir(folder)).toEqual([".kept.training"]);
    await (await openOutputFolder(join(folder, "kept"))).release();
    expect((await readdir(join(folder, ".kept.training"))).sort()).toEqual(["data-01234567", "run.json"]);
  });

  test("lists a training of another version, and does not change it", async () => {
    await begun("old");
    await writeFile(join(folder, ".old.training", "run.json"), '{"version":0}');
    expect(await unfinishedTrainings(folder)).toEqual([{ name: "old", base: "", step: 0, steps: 0, busy: false }]);
    expect((await readdir(join(folder, ".old.training"))).sort()).toEqual(["data-01234567", "run.json"]);
  });
});

describe("setAsideTraining", () => {
  test("discards a training, which can be restored once", async () => {
    await begun("mine");
    const discarded = await setAsideTraining(join(folder, "mine"));
    expect(await unfinishedTrainings(folder)).toEqual([]);
    await begun("mine");
    await expect(discarded.restore()).rejects.toMatchObject({ code: "training-exists" });
    await (await setAsideTraining(join(folder, "mine"))).remove();
    await discarded.restore();
    expect(await unfinishedTrainings(folder)).toMatchObject([{ name: "mine", steps: 40 }]);
    await expect(discarded.restore()).rejects.toMatchObject({ code: "training-gone" });
  });

  test("refuses a training that runs", async () => {
    await begun("busy");
    const running = await openOutputFolder(join(folder, "busy"));
    await expect(setAsideTraining(join(folder, "busy"))).rejects.toMatchObject({ code: "training-busy" });
    await running.release();
    expect(await unfinishedTrainings(folder)).toHaveLength(1);
  });

  test("refuses a training that has ended, and leaves no folder", async () => {
    await expect(setAsideTraining(join(folder, "ended"))).rejects.toMatchObject({ code: "training-gone" });
    expect(await readdir(folder)).toEqual([]);
  });

  test("removes what a closed window set aside after some time", async () => {
    await begun("early");
    await begun("late");
    await setAsideTraining(join(folder, "early"));
    const early = (await readdir(folder)).find((entry) => entry.endsWith(".discarded"));
    const then = new Date(Date.now() - 60_000);
    await utimes(join(folder, early!), then, then);
    await setAsideTraining(join(folder, "late"));
    await removeDiscarded(folder, new Date(Date.now() - 30_000));
    expect(await readdir(folder)).toEqual([expect.stringMatching(/^\.late\..*\.discarded$/)]);
  });
});
