import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test, vi } from "vitest";
import { openRepositoryProcess, type RepositoryProcess } from "../../extension/engine/repositoryProcess.ts";

const entry = fileURLToPath(new URL("repositoryEngine.ts", import.meta.url));
const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const opened: RepositoryProcess[] = [];

afterEach(() => {
  for (const one of opened.splice(0)) one.dispose();
});

function start(options: { idleTime?: number; mostCrashes?: number } = {}): RepositoryProcess {
  const started = openRepositoryProcess({ entry, log, ...options });
  opened.push(started);
  return started;
}

function temporary(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "graft-repository-"));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  return folder;
}

const planted = (name: string): string => `plant = ${name}\n`;

async function plants(index: RepositoryProcess, folder: string): Promise<string[] | undefined> {
  const answer = await index.query(folder, { path: "new.py", prefix: "x = 1\nplant = ", suffix: "" });
  return answer?.copies.map(({ after }) => after.trim()).toSorted();
}

const ready = (index: RepositoryProcess, folder: string): Promise<void> =>
  vi.waitFor(() => expect(index.states.get(folder)?.phase).toBe("ready"), 10_000);

test("answers from the root that is asked, from files and from unsaved documents", async () => {
  const [one, two, home] = [temporary({ "a.py": planted("one") }), temporary({ "a.py": planted("two") }), temporary()];
  const index = start();
  index.open({ folder: one, others: [two], home });
  index.open({ folder: two, others: [one], home });
  expect(await plants(index, one)).toBeUndefined(); // It is being read now.
  await Promise.all([ready(index, one), ready(index, two)]);
  index.setUnsaved(two, "b.py", planted("typed"));
  await vi.waitFor(async () => expect(await plants(index, two)).toEqual(["two", "typed"]));
  expect(await plants(index, one)).toEqual(["one"]);
  expect(await plants(index, "/elsewhere")).toBeUndefined();

  writeFileSync(join(one, "c.py"), planted("three"));
  index.reread(one, ["c.py"]);
  await vi.waitFor(async () => expect(await plants(index, one)).toEqual(["one", "three"]));
  expect(index.states.get(one)).toMatchObject({ phase: "ready", size: { files: 2 } });
  expect(readdirSync(home)).toHaveLength(2);

  mkdirSync(join(one, "p"));
  writeFileSync(join(one, "p", "d.py"), planted("four"));
  index.reread(one, ["p"]);
  await vi.waitFor(async () => expect(await plants(index, one)).toEqual(["four", "one", "three"]));

  index.close(one);
  expect(await plants(index, one)).toBeUndefined();
  expect(await plants(index, two)).toEqual(["two", "typed"]);
});

test("a root inside another one answers for its own files only", async () => {
  const [outer, home] = [temporary({ "a.py": planted("outer") }), temporary()];
  const inner = join(outer, "inner");
  mkdirSync(inner);
  writeFileSync(join(inner, "b.py"), planted("inner"));
  const index = start();
  index.open({ folder: outer, others: [inner], home });
  index.open({ folder: inner, others: [outer], home });
  await Promise.all([ready(index, outer), ready(index, inner)]);
  expect([await plants(index, outer), await plants(index, inner)]).toEqual([["outer"], ["inner"]]);
});

test("is gone once its end has settled, so that its files can be deleted", async () => {
  const [folder, home] = [temporary({ "a.py": planted("one") }), temporary()];
  const index = start();
  index.open({ folder, others: [], home });
  await ready(index, folder);
  const pid = index.pid!;
  index.close(folder);
  expect(() => process.kill(pid, 0)).not.toThrow();
  await index.end();
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

test("ends when nobody asks, and the next question finds all again, unsaved documents too", async () => {
  const [folder, home] = [temporary({ "a.py": planted("saved") }), temporary()];
  const index = start({ idleTime: 1500 });
  index.open({ folder, others: [], home });
  await ready(index, folder);
  index.setUnsaved(folder, "b.py", planted("typed"));
  await vi.waitFor(async () => expect(await plants(index, folder)).toEqual(["saved", "typed"]));
  await vi.waitFor(() => expect(index.pid).toBeUndefined(), 10_000);
  expect(index.states.get(folder)?.phase).toBe("asleep");
  writeFileSync(join(folder, "c.py"), planted("meanwhile"));
  expect(await plants(index, folder)).toBeUndefined();
  await vi.waitFor(async () => expect(await plants(index, folder)).toEqual(["meanwhile", "saved", "typed"]), 10_000);
});

test("a crash costs one restart, and too many of them stop it until a root is opened again", async () => {
  const [folder, home] = [temporary({ "a.py": planted("one") }), temporary()];
  const index = start({ mostCrashes: 2 });
  index.open({ folder, others: [], home });
  for (let crash = 0; crash < 2; crash++) {
    await plants(index, folder);
    await ready(index, folder);
    process.kill(index.pid!, "SIGKILL");
    await vi.waitFor(() => expect(index.pid).toBeUndefined());
  }
  expect(await plants(index, folder)).toBeUndefined();
  expect(index.pid).toBeUndefined();
  expect(index.states.get(folder)?.phase).toBe("failed");
  index.open({ folder, others: [], home });
  await ready(index, folder);
  expect(await plants(index, folder)).toEqual(["one"]);
});

test("needs no processor time while nobody asks", async ({ skip }) => {
  if (process.platform !== "linux") skip("reads /proc");
  const [folder, home] = [temporary({ "a.py": planted("one") }), temporary()];
  const index = start();
  index.open({ folder, others: [], home });
  await ready(index, folder);
  await sleep(500);
  const before = await ticks(index.pid!);
  await sleep(2000);
  expect((await ticks(index.pid!)) - before).toBeLessThanOrEqual(1);
});

/** Hundredths of a second of processor time. */
async function ticks(pid: number): Promise<number> {
  const { readFile } = await import("node:fs/promises");
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]!.split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
