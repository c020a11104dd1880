/**
 * Who holds a lock: a process, told from every other as well as the system lets us. It reads and writes no lock.
 *
 * A process id alone is not enough: it is used again, soon in a container, and means nothing on another machine or after a restart.
 */

import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import * as z from "zod";
import { systemCode } from "../errors.ts";

export const ownerSchema = z.object({
  pid: z.int(),
  /** For people; two machines may share a name, and one may change it. */
  host: z.string(),
  since: z.string(),
  /** The start of the system and the namespace of process ids in which `pid` means this process. Linux only. */
  realm: z.string().optional(),
  /** When the process started, in ticks since the start of the system. Linux only. */
  started: z.string().optional(),
});

export type Owner = z.infer<typeof ownerSchema>;

/** This process, or another of this machine. */
export async function ownerOf(pid = process.pid): Promise<Owner> {
  const [realm, started] = [await ownRealm(), await startOf(pid)];
  const host = { pid, host: hostname(), since: new Date().toISOString() };
  return { ...host, ...(realm !== undefined && { realm }), ...(started !== undefined && { started }) };
}

/** Whether the process of a lock still runs; "unknown" where nothing but its signs of life can tell. */
export async function stateOf({
  pid,
  host,
  realm,
  started,
}: Owner): Promise<"alive" | "gone" | "ourselves" | "unknown"> {
  const here = await ownRealm();
  const isComparable = realm !== undefined && here !== undefined;
  if (isComparable ? realm !== here : host !== hostname()) return "unknown";
  if (!exists(pid)) return "gone";
  const found = await startOf(pid);
  const isKnown = started !== undefined && found !== undefined;
  if (isKnown && found !== started) return "gone";
  if (pid === process.pid) return "ourselves";
  return isKnown ? "alive" : "unknown";
}

export function inWords(owner: Owner | undefined): string {
  return owner ? `process ${owner.pid} on ${owner.host}, since ${owner.since}` : "another process";
}

async function ownRealm(): Promise<string | undefined> {
  try {
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    return `${boot.trim()} ${await readlink("/proc/self/ns/pid")}`;
  } catch {
    return undefined;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

/** Undefined where the system does not say, or hides other users' processes. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // Field 22 of proc(5), counted behind the program's name, which may hold blanks and parentheses.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
