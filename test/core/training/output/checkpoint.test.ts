import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  hasCheckpoint,
  loadCheckpoint,
  saveCheckpoint,
  type Checkpoint,
} from "../../../../extension/core/training/output/checkpoint.ts";

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "graft-checkpoint-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** In the order of the file, which is by name. */
const tensors = ["best:a", "first:a", "second:a", "value:a", "value:b"].map((name, i) => ({
  name,
  shape: [2, 2],
  values: Float32Array.of(i, i + 1, i + 2, -i),
}));
const snapshot: Checkpoint = {
  shape: { rows: 2, length: 64, checkpointing: false },
  state: {
    step: 7,
    tokens: 4321,
    seconds: 12.5,
    epochLoss: { sum: 3.25, steps: 2 },
    validation: { before: 3, best: 1.5, last: 2 },
    validatedStep: 5,
    validationsSinceBest: 1,
    losses: { training: [{ step: 7, loss: 1.25 }], validation: [{ step: 5, loss: 1.5 }] },
  },
  tensors,
};
const fingerprint = { method: "lora", rank: 16, shuffle: true };

describe("checkpoint", () => {
  test.each([
    snapshot,
    {
      shape: { ...snapshot.shape, encoderLength: 32 },
      tensors: tensors.slice(1),
      state: { ...snapshot.state, validation: null },
    },
  ])("is loaded as it was saved", async (saved) => {
    await saveCheckpoint(folder, saved, fingerprint);
    expect(await loadCheckpoint(folder, fingerprint)).toEqual(saved);
    expect(await readdir(folder)).toEqual(["checkpoint.safetensors"]);
  });

  test("names both values of every option that differs", async () => {
    await saveCheckpoint(folder, snapshot, fingerprint);
    await expect(loadCheckpoint(folder, { ...fingerprint, rank: 8, alpha: 4 })).rejects.toMatchObject({
      code: "checkpoint-mismatch",
      message: expect.stringMatching(/rank was 16 and is now 8, alpha was nothing and is now 4/),
    });
  });

  test("is missing before the first save", async () => {
    expect(await hasCheckpoint(folder)).toBe(false);
    await expect(loadCheckpoint(folder, fingerprint)).rejects.toMatchObject({ code: "checkpoint-missing" });
  });

  test("refuses a file that is not a checkpoint, or truncated", async () => {
    const path = join(folder, "checkpoint.safetensors");
    await saveCheckpoint(folder, snapshot, fingerprint);
    await truncate(path, 900);
    await expect(loadCheckpoint(folder, fingerprint)).rejects.toMatchObject({ name: "UserError" });
    await writeFile(path, Uint8Array.from([2, 0, 0, 0, 0, 0, 0, 0, 123, 125]));
    await expect(loadCheckpoint(folder, fingerprint)).rejects.toMatchObject({ code: "checkpoint-invalid" });
  });
});
