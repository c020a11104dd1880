import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../../../../extension/core/foundation/errors.ts";
import { lockFolder, type HeldLock, type Pace } from "../../../../extension/core/foundation/locks/folderLock.ts";
import { ownerOf } from "../../../../extension/core/foundation/locks/lockOwner.ts";
import type { Said } from "../../../../extension/core/foundation/words/said.ts";
import { needs } from "../../../needs.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-lock-"));
  path = join(folder, "work", "lock");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Signs of life come fast here; compared with them, the watching is as patient as usual. */
const pace: Pace = { beat: 100, silence: 600 };
const busy = (owner: Said, escape: Said): UserError => new UserError("training-busy", owner, escape);
const lock = (): Promise<HeldLock> => lockFolder(path, busy, pace);
const written = async (owner: object | string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof owner === "string" ? owner : JSON.stringify({ since: "then", ...owner }));
};
/** The id of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ["--version"]).pid;

describe("lockFolder", () => {
  test("is held until it is released, and says by whom", async () => {
    const release = await lock();
    await expect(lock()).rejects.toMatchObject({
      code: "training-busy",
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

  test.skipIf(process.platform === "win32")("a pipe in its place holds nobody up", async () => {
    await mkdir(dirname(path));
    spawnSync("mkfifo", [path]);
    await expect(lock()).resolves.toBeTypeOf("function");
  });

  test("is taken over from an earlier process that had our own id, as in a container", async () => {
    await written({ pid: process.pid, host: hostname() });
    await expect(lock()).resolves.toBeTypeOf("function");
  });

  test("is not taken over from a living process, whatever its machine is called now", async () => {
    await written({ ...(await ownerOf(process.ppid)), host: "earlier-name" });
    await expect(lock()).rejects.toMatchObject({
      code: "training-busy",
      message: expect.stringContaining(`process ${process.ppid} on earlier-name`),
      nextStep: expect.stringContaining(path),
    });
  });

  test("is taken over from a process that was killed while it wrote, but not from one that still writes", async () => {
    await written("");
    const second = lock();
    await wait(300);
    await writeFile(path, JSON.stringify({ ...(await ownerOf(process.ppid)), since: "now" }));
    await expect(second).rejects.toMatchObject({
      code: "training-busy",
      message: expect.stringContaining("since now"),
    });
    await writeFile(path, "");
    await expect(lock()).resolves.toBeTypeOf("function");
  });

  test("is taken over from a process whose id another one has now", async () => {
    await written({ ...(await ownerOf(process.ppid)), started: "1" });
    await lock();
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ pid: process.pid });
  });

  describe.each([
    ["another machine", { host: "elsewhere" }],
    [
      "an earlier start of this machine, whose name has changed",
      { host: "earlier-name", realm: "earlier", started: "1" },
    ],
    ["another container of this machine, with the same process ids", { realm: "other", started: "1" }],
  ])("of %s", (_, difference) => {
    const owner = { pid: process.pid, host: hostname(), ...difference };

    test("is held as long as there are signs of life, by whatever clock", async () => {
      await written(owner);
      let clock = 1_000_000;
      const beating = setInterval(() => void utimes(path, clock, (clock += 1)), 100);
      await expect(lock()).rejects.toMatchObject({
        code: "training-busy",
        message: expect.stringContaining(owner.host),
        nextStep: `If Graft is not running there, delete ${path}.`,
      });
      clearInterval(beating);
    });

    test("is taken over when there are none, however new it looks", async () => {
      await written(owner);
      await utimes(path, new Date(), new Date(Date.now() + 3_600_000));
      await lock();
      expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject(await ownerOf().then(({ realm }) => ({ realm })));
    });
  });

  test("is left to the one that has taken it over, and its former owner is told", async () => {
    const release = await lock();
    await release.check();
    await written({ pid: 7, host: "elsewhere" });
    await expect(release.check()).rejects.toMatchObject({
      code: "training-busy",
      message: expect.stringContaining("elsewhere"),
    });
    await wait(3 * pace.beat);
    await release();
    expect(await readFile(path, "utf8")).toContain("elsewhere");
  });

  test("gives signs of life while it is held", async () => {
    const release = await lock();
    await utimes(path, 0, 0);
    const modified = async (): Promise<number> => (await stat(path)).mtimeMs;
    await expect.poll(modified).toBeGreaterThan(0);
    await release();
    expect(await readdir(dirname(path))).toEqual([]);
  });

  test("is taken over after a process that was killed while it took it over", async () => {
    await written({ pid: deadPid(), host: hostname() });
    await writeFile(`${path}.taking`, "");
    await lock();
    expect(await readdir(dirname(path))).toEqual(["lock"]);
  });

  describe("of a process", () => {
    let holder: ChildProcess;
    beforeEach(async () => {
      const source = new URL("../../../../extension/core/foundation/locks/folderLock.ts", import.meta.url).href;
      const script = `
        import { lockFolder } from "${source}";
        await lockFolder(${JSON.stringify(path)}, String, ${JSON.stringify(pace)});
        console.log("held");
        setInterval(() => {}, 1000);`;
      holder = spawn(process.execPath, ["--input-type=module", "--eval", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(holder.stdout!, "data");
    });
    afterEach(() => holder.kill("SIGKILL"));

    test("that was killed is taken over at once", async () => {
      holder.kill("SIGKILL");
      await once(holder, "exit");
      const startedAt = performance.now();
      await lock();
      expect(performance.now() - startedAt).toBeLessThan(pace.silence);
    });

    test(
      "that stands still, as a suspended one does, is not taken over",
      needs("Linux", process.platform === "linux"),
      async () => {
        holder.kill("SIGSTOP");
        await wait(2 * pace.silence);
        await expect(lock()).rejects.toMatchObject({ code: "training-busy" });
        holder.kill("SIGCONT");
      },
    );
  });
});
