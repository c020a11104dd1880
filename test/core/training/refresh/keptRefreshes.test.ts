/** An adapter's refreshes on disk: taken back, copied, replaced, damaged. */

import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyAdapter } from "../../../../extension/core/adapters/library/copyAdapter.ts";
import { silentLog } from "../../../../extension/core/foundation/log.ts";
import {
  learnedUntil,
  readRefreshes,
  undoRefresh,
} from "../../../../extension/core/training/refresh/refreshedWeights.ts";
import { train } from "../../../../extension/core/training/train.ts";
import {
  adapter,
  copyRecord,
  data,
  folder,
  ledgerAdapter,
  places,
  refresh,
  weightsOf,
  write,
} from "./ledgerAdapter.ts";

ledgerAdapter();

test("an undo brings back the weights, and their time", async () => {
  await write("fresh");
  const [before, known] = [await weightsOf(adapter), await learnedUntil(adapter, [data])];
  await refresh({});
  await undoRefresh(adapter);
  expect(await weightsOf(adapter)).toBe(before);
  expect(await learnedUntil(adapter, [data])).toEqual(known);
  expect(await readRefreshes(adapter)).toMatchObject([{ number: 1, kept: true, undone: true }]);
  await expect(undoRefresh(adapter)).rejects.toMatchObject({ code: "refresh-missing" });
});

test("what was taken back comes again only when somebody asks", async () => {
  await write("fresh");
  await refresh({});
  await undoRefresh(adapter);
  await expect(refresh({}, {}, { byItself: true })).rejects.toMatchObject({ code: "nothing-changed" });
  expect((await refresh({})).result).toMatchObject({ number: 2, kept: true });
});

test("a new training replaces the adapter with its refreshes", async () => {
  await write("fresh");
  await refresh({});
  await train({ ...places(), data: [data], method: "ia3", steps: 1, out: adapter }, { log: silentLog });
  expect(await readdir(adapter)).not.toContain("refreshes");
  await expect(undoRefresh(adapter)).rejects.toMatchObject({ code: "refresh-missing" });
});

test("a copy for others has no refreshes", async () => {
  await write("fresh");
  await copyRecord();
  await refresh({});
  const copy = join(folder, "copy");
  await copyAdapter(adapter, copy);
  expect(await readRefreshes(copy)).toEqual([]);
  expect(await readdir(copy)).not.toContain("learned.json");
  expect((await stat(join(copy, "adapter_model.safetensors"))).size).toBeGreaterThan(0);
  await rm(copy, { recursive: true });
});

test("a damaged log keeps its good lines", async () => {
  await write("fresh");
  await refresh({});
  const log = join(adapter, "refreshes", "log.jsonl");
  await writeFile(log, `{"number":"x"}\n${await readFile(log, "utf8")}{"numb`);
  expect(await readRefreshes(adapter)).toMatchObject([{ number: 1 }]);
});
