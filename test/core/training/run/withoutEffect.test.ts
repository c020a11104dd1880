import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import type { TrainOptions } from "../../../../extension/core/training/trainRequest.ts";
import { refuseWithoutEffect } from "../../../../extension/core/training/run/withoutEffect.ts";

const options: TrainOptions = {
  base: "",
  home: "h",
  embedded: "e",
  data: [import.meta.dirname],
  dataFolder: "f",
  out: "o",
};
const rows = { data: ["pairs.jsonl", "conala"] };

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

test.each<[Partial<TrainOptions>, RegExp]>([
  [{ method: "ia3", rank: 4 }, /The option rank has no effect with the method ia3\./],
  [{ virtualTokens: 4 }, /The option virtual tokens has no effect with the method lora\./],
  [{ init: "mine", initText: "Generate" }, /The option init text has no effect/],
  [{ ...rows, sourceAs: "pieces" }, /The option source as has no effect: the data holds no source code\./],
  [{ ...rows, context: "file" }, /The option context has no effect/],
  [{ ...rows, fillShare: 0.5, validation: "0.1" }, /The option fill share has no effect/],
  [{ ...rows, holdOut: "random" }, /The option hold out has no effect/],
  [{ ...rows, include: ["duplicate"] }, /The option include has no effect/],
  [{ ...rows, commitsSince: "2000-01-01" }, /The option commits since has no effect/],
  [{ ...rows, changedSince: "2000-01-01T00:00" }, /The option changed since has no effect/],
  [{ patience: 3 }, /The option patience has no effect: no data is held out for validation\./],
  [{ ...rows, patience: 3, validation: "0" }, /The option patience has no effect/],
  [{ include: ["nosuch.py"] }, /Cannot include nosuch\.py/],
])("refuses %o", async (more, message) => {
  await expect(refuseWithoutEffect({ ...options, ...more })).rejects.toMatchObject({
    code: "option-invalid",
    message: expect.stringMatching(message),
  });
  await expect(refuseWithoutEffect({ ...options, ...more, resume: true })).resolves.toBeUndefined();
});

test("takes a file of the folder to validate on", async () => {
  const folder = await mkdtemp(join(tmpdir(), "graft-include-"));
  await writeFile(join(folder, "a.py"), "a = 1\n");
  const asked = { ...options, include: ["a.py"] };
  await expect(refuseWithoutEffect({ ...asked, validation: folder })).resolves.toBeUndefined();
  await expect(refuseWithoutEffect({ ...asked, validation: "0.1" })).rejects.toMatchObject({ code: "option-invalid" });
  await rm(folder, { recursive: true });
});

test("data that is not there is to blame, not a file that should be in it", async () => {
  const nothing = { ...options, data: ["nowhere"], include: ["a.py"] };
  await expect(refuseWithoutEffect(nothing)).rejects.toMatchObject({ code: "data-missing" });
});

test.each<Partial<TrainOptions>>([
  { rank: 4 },
  { virtualTokens: 4, init: "an adapter, which brings its method" },
  { targets: ["q_proj"] },
  { commitsSince: "2000-01-01" },
  { changedSince: "2000-01-01T00:00" },
  { include: ["duplicate"] },
  { data: [...rows.data, "folder"], sourceAs: "pieces", context: "file", fillShare: 0.5, holdOut: "random" },
  { ...rows, fillShare: 0.5, validation: "folder" },
  { ...rows, patience: 3 },
  { patience: 3, validation: "0.1" },
  { patience: 3, validation: "held.jsonl" },
])("takes %o", async (more) => {
  await expect(refuseWithoutEffect({ ...options, ...more })).resolves.toBeUndefined();
});

test.each([
  ["Asia/Tokyo", "2026-05-01T20:00Z"],
  ["America/Los_Angeles", "2026-05-02T04:00Z"],
])("in %s at %s, 2 May has come and 3 May is still to come", async (zone, now) => {
  vi.stubEnv("TZ", zone);
  vi.useFakeTimers({ now: Date.parse(now), toFake: ["Date"] });
  await expect(refuseWithoutEffect({ ...options, commitsSince: "2026-05-02" })).resolves.toBeUndefined();
  await expect(refuseWithoutEffect({ ...options, commitsSince: "2026-05-03" })).rejects.toMatchObject({
    code: "option-invalid",
    message: expect.stringMatching(/since 2026-05-03: that day is still to come/),
  });
});
