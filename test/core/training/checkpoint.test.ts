import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasCheckpoint, loadCheckpoint, saveCheckpoint } from "../../../extension/core/training/checkpoint.ts";
import type { TrainerSnapshot } from "../../../extension/core/training/trainer.ts";

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "graft-checkpoint-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const named = [
  { name: "a", shape: [2, 2] },
  { name: "b", shape: [1] },
];
const arrays = (start: number): Float32Array[] => [
  Float32Array.of(start, start + 1, start + 2, start + 3),
  Float32Array.of(-start),
];
const snapshot: TrainerSnapshot = {
  state: {
    step: 7,
    tokens: 4321,
    seconds: 12.5,
    epochLoss: { sum: 3.25, steps: 2 },
    validation: { before: 3, best: 1.5, last: 2 },
    validatedStep: 5,
  },
  parameters: arrays(1),
  best: arrays(2),
  moments: [0, 1].map((i) => ({ first: arrays(3)[i]!, second: arrays(4)[i]! })),
};
const fingerprint = { method: "lora", rank: 16, shuffle: true };

describe("checkpoint", () => {
  test.each([snapshot, { ...snapshot, best: null, state: { ...snapshot.state, validation: null } }])(
    "comes back as it was saved",
    async (saved) => {
      await saveCheckpoint(folder, saved, named, fingerprint);
      expect(await loadCheckpoint(folder, named, fingerprint)).toEqual(saved);
      expect(await readdir(folder)).toEqual(["checkpoint.safetensors"]);
    },
  );

  test("names both values of every option that differs", async () => {
    await saveCheckpoint(folder, snapshot, named, fingerprint);
    await expect(loadCheckpoint(folder, named, { ...fingerprint, rank: 8, alpha: 4 })).rejects.toMatchObject({
      code: "checkpoint-mismatch",
      message: expect.stringMatching(/rank was 16 and is now 8, alpha was nothing and is now 4/),
    });
  });

  test("is missing before the first is saved", async () => {
    expect(await hasCheckpoint(folder)).toBe(false);
    await expect(loadCheckpoint(folder, named, fingerprint)).rejects.toMatchObject({ code: "checkpoint-missing" });
  });

  test("refuses a file that is no checkpoint, or cut off", async () => {
    const path = join(folder, "checkpoint.safetensors");
    await saveCheckpoint(folder, snapshot, named, fingerprint);
    await truncate(path, 900);
    await expect(loadCheckpoint(folder, named, fingerprint)).rejects.toMatchObject({ name: "UserError" });
    await writeFile(path, Uint8Array.from([2, 0, 0, 0, 0, 0, 0, 0, 123, 125]));
    await expect(loadCheckpoint(folder, named, fingerprint)).rejects.toMatchObject({ code: "checkpoint-invalid" });
  });
});
