import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../../../extension/core/foundation/errors.ts";
import { lockFolder } from "../../../extension/core/foundation/folderLock.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-lock-"));
  path = join(folder, "work", "lock");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const busy = (owner: string): UserError => new UserError("busy", owner, "wait");
const lock = (): Promise<() => Promise<void>> => lockFolder(path, busy);
const written = async (owner: object | string): Promise<void> => {
  await (
    await lock()
  )();
  await writeFile(path, typeof owner === "string" ? owner : JSON.stringify({ since: "then", ...owner }));
};
/** The id of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ["--version"]).pid;

describe("lockFolder", () => {
  test("is held until it is released, and says by whom", async () => {
    const release = await lock();
    await expect(lock()).rejects.toMatchObject({
      code: "busy",
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await release();
    await (
      await lock()
    )();
  });

  test("lets only one of many in at once", async () => {
    await written({ pid: deadPid(), host: hostname() });
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, lock));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("is taken over from a process that has ended", async () => {
    await written({ pid: deadPid(), host: hostname() });
    await lock();
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ pid: process.pid });
  });

  test("is taken over from an earlier process that had our own id, as in a container", async () => {
    await written({ pid: process.pid, host: hostname() });
    await expect(lock()).resolves.toBeTypeOf("function");
  });

  test("is not taken over from a living process, nor from another machine", async () => {
    await written({ pid: process.ppid, host: hostname() });
    await expect(lock()).rejects.toMatchObject({ code: "busy" });
    await writeFile(path, JSON.stringify({ pid: deadPid(), host: "elsewhere", since: "then" }));
    await expect(lock()).rejects.toMatchObject({ code: "busy", message: expect.stringContaining("elsewhere") });
  });

  test("is taken over from a process that was killed while it wrote, but not from one that still writes", async () => {
    await written("");
    const second = lock();
    await wait(300);
    await writeFile(path, JSON.stringify({ pid: process.ppid, host: hostname(), since: "now" }));
    await expect(second).rejects.toMatchObject({ code: "busy", message: expect.stringContaining("since now") });
    await writeFile(path, "");
    await expect(lock()).resolves.toBeTypeOf("function");
  });
});
