/**
 * Identifies the process that owns a lock, as precisely as the operating system allows.
 *
 * A process id alone is not enough: systems reuse it (quickly in containers), and it means nothing on another machine or after a
 * restart.
 */

import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import * as z from "zod";
import { say, type Said } from "../words/said.ts";
import { systemCode } from "../errors.ts";

export const ownerSchema = z.object({
  pid: z.int(),
  /** Name of the machine, for messages. Two machines may share a name, and a name may change. */
  host: z.string(),
  since: z.string(),
  /** The system's boot id and the process id namespace in which `pid` is valid. Linux only. */
  realm: z.string().optional(),
  /** The start time of the process, in clock ticks since boot. Linux only. */
  started: z.string().optional(),
});

export type Owner = z.infer<typeof ownerSchema>;

/** Describes this process, or another one on this machine. */
export async function ownerOf(pid = process.pid): Promise<Owner> {
  const [realm, started] = [await ownRealm(), await startOf(pid)];
  const host = { pid, host: hostname(), since: new Date().toISOString() };
  return { ...host, ...(realm !== undefined && { realm }), ...(started !== undefined && { started }) };
}

/** Whether a lock's process still runs; "unknown" if only its heartbeats can tell. */
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

export function inWords(owner: Owner | undefined): Said {
  return owner ? say`process ${owner.pid} on ${owner.host}, since ${owner.since}` : say`another process`;
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

/** Returns the start time of a process; undefined if the system does not provide it or hides other users' processes. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // Field 22 of proc(5), counted from the end of the program's name, which may contain spaces and parentheses.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
