/** How a refresh recognizes a text that was learned before. */

import { readdir, readFile, rename, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silentLog } from "../../../../extension/core/foundation/log.ts";
import { undoRefresh } from "../../../../extension/core/training/refresh/refreshedWeights.ts";
import { train } from "../../../../extension/core/training/train.ts";
import { adapter, copyRecord, data, ledgerAdapter, longAgo, places, refresh, write } from "./ledgerAdapter.ts";

ledgerAdapter();

describe("a text that was learned has not changed, whatever its time", () => {
  const old = (): string => join(data, "old0.py");
  let text: string;
  beforeEach(async () => {
    text = await readFile(old(), "utf8");
    await copyRecord();
  });
  afterEach(async () => {
    await writeFile(old(), text);
    await utimes(old(), longAgo, longAgo);
  });
  const nothing = { code: "nothing-changed" };
  const touch = (path: string): Promise<void> => utimes(path, new Date(), new Date());

  test("in the training: touched, edited, edited back, renamed", async () => {
    await touch(old());
    await expect(refresh({})).rejects.toMatchObject(nothing);
    await writeFile(old(), `${text}\nbalance = 7\n`);
    const { result } = await refresh({ verdict: "worse" });
    expect(result).toMatchObject({ kept: false, files: 1, learned: [{ path: "old0.py" }] });
    await writeFile(old(), text);
    await expect(refresh({})).rejects.toMatchObject(nothing);
    await rename(old(), join(data, "fresh.py"));
    await touch(join(data, "fresh.py"));
    await expect(refresh({})).rejects.toMatchObject(nothing);
  });

  test("in a refresh, until it is taken back", async () => {
    await write("fresh");
    expect((await refresh({})).result.learned).toMatchObject([{ path: "fresh.py" }]);
    await touch(join(data, "fresh.py"));
    await expect(refresh({})).rejects.toMatchObject(nothing);
    await undoRefresh(adapter);
    await expect(refresh({}, {}, { byItself: true })).rejects.toMatchObject(nothing);
    expect((await refresh({})).result).toMatchObject({ kept: true, files: 1 });
  });

  test("a refresh that stayed out has taught nothing", async () => {
    await write("fresh");
    await refresh({ verdict: "worse" });
    expect((await refresh({})).result).toMatchObject({ kept: true, files: 1 });
  });

  test("where all files have new times, as in a new clone, the unchanged ones are left to the trial", async () => {
    const files = (await readdir(data)).map((name) => join(data, name));
    await Promise.all(files.map(touch));
    await write("fresh");
    const { result, subject } = await refresh({});
    expect([result.files, subject.heldOut.length]).toEqual([1, 5]);
    await Promise.all(files.map((path) => utimes(path, longAgo, longAgo)));
  });

  test.each(["[{", '[{"path":"old0.py","hash":"x"}]'])(
    "the time alone counts with a damaged record: %s",
    async (bad) => {
      await writeFile(join(adapter, "learned.json"), bad);
      await touch(old());
      expect((await refresh({})).result).toMatchObject({ files: 1, learned: [{ path: "old0.py" }] });
    },
  );

  test("a new training replaces the record", async () => {
    await writeFile(join(adapter, "learned.json"), "[");
    await train({ ...places(), data: [old()], method: "ia3", steps: 1, out: adapter }, { log: silentLog });
    expect(JSON.parse(await readFile(join(adapter, "learned.json"), "utf8"))).toMatchObject([{ path: "old0.py" }]);
  });
});
