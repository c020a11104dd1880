/**
 * A lock that lets one process at a time work in a folder. Its owner sends heartbeats. A lock is taken over if its process is
 * gone or its heartbeats stop. Reasons: docs/decisions/0024-locks.md
 */

import { constants } from "node:fs";
import { open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { say, type Said } from "../words/said.ts";
import { makeFolder, writeFailure } from "../atomicFile.ts";
import { systemCode, type UserError } from "../errors.ts";
import { inWords, ownerOf, ownerSchema, stateOf, type Owner } from "./lockOwner.ts";

/** Intervals in milliseconds. */
export interface Pace {
  /** Time between two heartbeats. */
  readonly beat: number;
  /** Time without a heartbeat, as observed by a process that wants the lock, before it takes the lock over. */
  readonly silence: number;
}

const usualPace: Pace = { beat: 5000, silence: 30_000 };

/** Milliseconds after which an empty lock file belongs to a process that was killed while writing it. */
const writingTime = 1000;

/** Locks of this process. Other locks with its process id were left by an earlier process, as happens in containers. */
const ours = new Set<string>();

/** Makes the error for a lock that is held. `owner` describes its owner; `escape` says what to do if the owner is gone. */
export type Busy = (owner: Said, escape: Said) => UserError;

/** Releases a lock when it is called. */
export interface HeldLock {
  (): Promise<void>;
  /** @throws the error of {@link Busy} if the lock was taken over because this machine slept or could not reach the disk */
  check(): Promise<void>;
}

/**
 * Creates the lock file `path`.
 *
 * @throws the error of `busy`; UserError "not-writable" or "disk-full"
 */
export async function lockFolder(path: string, busy: Busy, pace = usualPace): Promise<HeldLock> {
  await makeFolder(dirname(path)).catch((error: unknown) => {
    throw writeFailure(error, path);
  });
  const heldBy = (text: string): UserError =>
    busy(inWords(parsed(text)), say`If Graft is not running there, delete ${path}.`);
  const text = `${JSON.stringify(await ownerOf())}\n`;
  // Retry once after removing a stale lock. If another process is faster, it holds the lock.
  if (!(await created(path, text))) {
    const found = await settled(path);
    if (found && (await isHeld(path, found, pace))) throw heldBy(found.text);
    if (found) await takeAway(path, found);
    if (!(await created(path, text))) throw heldBy((await look(path))?.text ?? "");
  }
  ours.add(path);
  const beating = setInterval(() => void beat(path, text).catch(() => undefined), pace.beat);
  // The heartbeat must not keep the process alive.
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

/** Sends a heartbeat: writes the same bytes again, which changes the file's time, unless the lock has another owner by now. */
async function beat(path: string, text: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    if ((await file.readFile("utf8")) === text) await file.write(text, 0);
  } finally {
    await file.close();
  }
}

/** The content and time of a lock at one moment. */
interface Sight {
  readonly text: string;
  readonly modified: number;
}

/**
 * Reads a lock; undefined if there is none. Opening the file makes a network file system return current data. A pipe in its place, which
 * may have come with a folder from someone else, counts as empty and blocks nothing.
 */
async function look(path: string): Promise<Sight | undefined> {
  try {
    const { O_RDONLY, O_NONBLOCK } = constants as Partial<typeof constants>;
    const file = await open(path, O_RDONLY! | (O_NONBLOCK ?? 0));
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

/** Reads a lock, and waits a moment if it is still empty because its owner has just created it. */
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

/** Watches the lock for heartbeats. Does not compare clocks, because machines' clocks differ and stop during sleep. */
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
 * Removes a stale lock, unless it has a new heartbeat or another owner by now. Only one process at a time may do this; otherwise
 * a second one could remove the lock that the first has just created.
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

/** Removes the turn file of a killed process. A turn takes milliseconds, so a file that stays for longer is a leftover. */
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
