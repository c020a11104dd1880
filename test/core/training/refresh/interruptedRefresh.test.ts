/** Refreshes that are stopped, or whose adapter is removed meanwhile. */

import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exists } from "../../../../extension/core/foundation/exists.ts";
import type { RefreshControl } from "../../../../extension/core/training/refresh/refreshAdapter.ts";
import { adapter, finding, folder, ledgerAdapter, refresh, weightsOf, write } from "./ledgerAdapter.ts";

ledgerAdapter();

test("a refresh that is stopped changes nothing and leaves nothing", async () => {
  await write("fresh");
  const [before, stop] = [await weightsOf(adapter), new AbortController()];
  const stopped = refresh({}, { signal: stop.signal, onProgress: () => stop.abort() });
  await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
  expect(await weightsOf(adapter)).toBe(before);
  expect(await readdir(join(adapter, "refreshes"))).toEqual([]);
});

test("a refresh that is stopped after its trial changes nothing", async () => {
  await write("fresh");
  const [before, stop] = [await weightsOf(adapter), new AbortController()];
  const trial: RefreshControl["trial"] = async () => {
    stop.abort();
    return finding;
  };
  await expect(refresh({}, { trial, signal: stop.signal })).rejects.toMatchObject({ name: "AbortError" });
  expect(await weightsOf(adapter)).toBe(before);
  expect(await readdir(join(adapter, "refreshes"))).toEqual([]);
});

test("an adapter that is deleted meanwhile is not refreshed, and its name is free", async () => {
  await write("fresh");
  const deleted = join(folder, "deleted");
  const trial: RefreshControl["trial"] = async () => {
    await rename(adapter, deleted);
    return finding;
  };
  const before = await weightsOf(adapter);
  const refused = { code: "adapter-missing", message: expect.stringContaining("renamed or deleted") as string };
  await expect(refresh({}, { trial })).rejects.toMatchObject(refused);
  expect(await exists(adapter)).toBe(false);
  expect(await weightsOf(deleted)).toBe(before);
  await rm(deleted, { recursive: true });
});

test("makes no folder where there is no adapter", async () => {
  await rm(adapter, { recursive: true });
  await expect(refresh({})).rejects.toMatchObject({ code: "adapter-missing" });
  expect(await exists(adapter)).toBe(false);
});
