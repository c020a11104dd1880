/**
 * One process at a time works in a folder. Whoever holds the lock gives signs of life; one whose process is gone, or that gives
 * none, is taken over. Why it is done so: docs/decisions/0024-locks.md
 */

import { mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { writeFailure } from "../atomicFile.ts";
import { systemCode, type UserError } from "../errors.ts";
import { inWords, ownerOf, ownerSchema, stateOf, type Owner } from "./lockOwner.ts";

/** Milliseconds. */
export interface Pace {
  /** Between two signs of life. */
  readonly beat: number;
  /** Without any, as watched by whoever wants the lock, after which it is taken over. */
  readonly silence: number;
}

const usualPace: Pace = { beat: 5000, silence: 30_000 };

/** Milliseconds after which a lock that says nothing is that of a process killed while it wrote. */
const writingTime = 1000;

/** Locks of this very process: what else bears its id was left by an earlier one, as in a container. */
const ours = new Set<string>();

/** Makes the error for a lock that is held, from its owner in words and from what to do if there is no such owner. */
export type Busy = (owner: string, escape: string) => UserError;

/** Releases a lock when it is called. */
export interface HeldLock {
  (): Promise<void>;
  /** @throws what {@link Busy} makes, if the lock was taken over: this machine slept, or could not reach the disk. */
  check(): Promise<void>;
}

/**
 * Creates the lock file `path`.
 *
 * @throws what `busy` makes; UserError "not-writable" or "disk-full"
 */
export async function lockFolder(path: string, busy: Busy, pace = usualPace): Promise<HeldLock> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw writeFailure(error, path);
  });
  const heldBy = (text: string): UserError =>
    busy(inWords(parsed(text)), `If no Graft is running there, delete ${path}.`);
  const text = `${JSON.stringify(await ownerOf())}\n`;
  // Once, after a stale lock has been taken away; whoever is faster then holds it by right.
  if (!(await created(path, text))) {
    const found = await settled(path);
    if (found && (await isHeld(path, found, pace))) throw heldBy(found.text);
    if (found) await takeAway(path, found);
    if (!(await created(path, text))) throw heldBy((await look(path))?.text ?? "");
  }
  ours.add(path);
  const beating = setInterval(() => void beat(path, text).catch(() => undefined), pace.beat);
  // Work keeps a process alive, its lock does not.
  beating.unref();
  const release = async (): Promise<void> => {
    clearInterval(beating);
    ours.delete(path);
    if ((await look(path))?.text === text) await rm(path, { force: true });
  };
  const check = async (): Promise<void> => {
    const found = await look(path);
    if (found && found.text !== text) throw heldBy(found.text);
  };
  return Object.assign(release, { check });
}

async function created(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    try {
      await file.writeFile(text);
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

/** A sign of life: the same bytes once more, which changes the file's time. Not a lock that has another owner meanwhile. */
async function beat(path: string, text: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    if ((await file.readFile("utf8")) === text) await file.write(text, 0);
  } finally {
    await file.close();
  }
}

/** A lock as it was seen at one time. */
interface Sight {
  readonly text: string;
  readonly modified: number;
}

/** Undefined where there is no lock. Opens it: without that, a network's file system answers from memory. */
async function look(path: string): Promise<Sight | undefined> {
  try {
    const file = await open(path, "r");
    try {
      return { text: await file.readFile("utf8"), modified: (await file.stat()).mtimeMs };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** What the lock says, which may be nothing yet: whoever creates it needs a moment to write. */
async function settled(path: string): Promise<Sight | undefined> {
  const found = await look(path);
  if (!found || parsed(found.text)) return found;
  await wait(writingTime);
  return await look(path);
}

async function isHeld(path: string, found: Sight, pace: Pace): Promise<boolean> {
  const owner = parsed(found.text);
  const state = owner ? await stateOf(owner) : "gone";
  if (state === "ourselves") return ours.has(path);
  return state === "unknown" ? await givesSigns(path, found, pace) : state === "alive";
}

/** Watches the lock for as long as it takes. No two clocks are compared: those of machines differ, and stand still in their sleep. */
async function givesSigns(path: string, found: Sight, { beat: often, silence }: Pace): Promise<boolean> {
  for (let waited = 0; waited < silence; waited += often / 2) {
    await wait(often / 2);
    const now = await look(path);
    if (!now) return false;
    if (now.text !== found.text || now.modified !== found.modified) return true;
  }
  return false;
}

/**
 * Removes the lock that was seen, but never one that gives signs of life again or has another owner. One process at a time does so,
 * or the second would remove the lock that the first has just made.
 */
async function takeAway(path: string, seen: Sight): Promise<void> {
  const turn = `${path}.taking`;
  const isOurs = (await created(turn, "")) || ((await removedLeftover(turn)) && (await created(turn, "")));
  if (!isOurs) return;
  try {
    const found = await look(path);
    if (found?.text === seen.text && found.modified === seen.modified) await rm(path, { force: true });
  } finally {
    await rm(turn, { force: true });
  }
}

/** Removes a turn whose process was killed, which shows by how long it takes: one is a matter of milliseconds. */
async function removedLeftover(turn: string): Promise<boolean> {
  const before = await look(turn);
  await wait(writingTime);
  const after = await look(turn);
  if (!before || after?.modified !== before.modified) return false;
  await rm(turn, { force: true });
  return true;
}

function parsed(text: string): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
