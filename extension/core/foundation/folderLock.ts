/** One process at a time works in a folder. A lock whose process is gone is taken over. */

import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod";
import { writeFailure } from "./atomicFile.ts";
import { systemCode, type UserError } from "./errors.ts";

const ownerSchema = z.object({ pid: z.int(), host: z.string(), since: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/** Milliseconds after which a lock that says nothing is that of a process killed while it wrote. */
const writingTime = 1000;

/** Locks of this very process: a process id alone cannot tell them from those of a dead one that had the same id. */
const ours = new Set<string>();

/**
 * Creates the lock file `path` and returns what removes it.
 *
 * @param busy makes the error for a lock that is held, from its owner in words
 * @throws what `busy` makes; UserError "not-writable" or "disk-full"
 */
export async function lockFolder(path: string, busy: (owner: string) => UserError): Promise<() => Promise<void>> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw writeFailure(error, path);
  });
  // Once, after a stale lock has been taken away; whoever is faster then holds it by right.
  if (!(await created(path))) {
    const text = await readSettled(path);
    const owner = parsed(text);
    if (owner && isAlive(owner, path)) throw busy(inWords(owner));
    await takeAway(path, text);
    if (!(await created(path))) throw busy(inWords(parsed(await readFile(path, "utf8").catch(() => ""))));
  }
  ours.add(path);
  return async () => {
    ours.delete(path);
    await rm(path, { force: true });
  };
}

async function created(path: string): Promise<boolean> {
  const owner: Owner = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  try {
    const file = await open(path, "wx");
    try {
      await file.writeFile(JSON.stringify(owner));
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw writeFailure(error, path);
  }
}

/** What the lock says, which may be nothing yet: whoever creates it needs a moment to write. */
async function readSettled(path: string): Promise<string> {
  const read = (): Promise<string> => readFile(path, "utf8").catch(() => "");
  const text = await read();
  if (parsed(text)) return text;
  await wait(writingTime);
  return await read();
}

/** Removes the lock with the content `stale`, but never one that another process has put there meanwhile. */
async function takeAway(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return;
    throw error;
  }
  if ((await readFile(aside, "utf8")) === stale) await rm(aside, { force: true });
  else await rename(aside, path);
}

function parsed(text: string): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function isAlive({ pid, host }: Owner, path: string): boolean {
  // Of another machine, on a shared disk, nothing can be known.
  if (host !== hostname()) return true;
  if (pid === process.pid) return ours.has(path);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

function inWords(owner: Owner | undefined): string {
  return owner ? `process ${owner.pid} on ${owner.host}, since ${owner.since}` : "another process";
}
