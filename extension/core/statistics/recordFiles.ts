/**
 * The records on disk: one file a day, to which every window appends.
 *
 *     statistics/2026-11-26.jsonl    a JSON object a line
 *     statistics/cleared             an empty file, as old as the last time that the statistics were cleared
 *
 * A line is one write at the end of the file, so windows need no lock, and a killed process damages its last line at most.
 * Reading skips what is damaged. The oldest days are removed beyond a number of days and of bytes.
 */

import { constants } from "node:fs";
import { appendFile, lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder, writeFailure, writeFileAtomic } from "../foundation/atomicFile.ts";
import { systemCode } from "../foundation/errors.ts";
import { infoOf } from "../foundation/exists.ts";
import { jsonObjects } from "../dataset/jsonObjects.ts";
import { recordSchema, type StatisticsRecord } from "./record.ts";
import { openSums, type Sums } from "./sums.ts";

export interface DaySums {
  /** Such as "2026-11-26", in local time. */
  readonly day: string;
  readonly sums: Sums;
  /** The number of lines that are not records. */
  readonly damaged: number;
}

export interface RecordFiles {
  /** @throws UserError "disk-full", "not-writable" */
  append(records: readonly StatisticsRecord[]): Promise<void>;
  /** Returns the days that have records, oldest first. Reads a day again only if its file has grown. */
  days(): Promise<DaySums[]>;
  /** Removes days beyond the limits. */
  trim(today: Date): Promise<void>;
  /** Removes all records, including those that other windows still have to write. */
  clear(): Promise<void>;
}

export interface RecordLimits {
  readonly days: number;
  /** The limit for all days together. */
  readonly bytes: number;
  /** The limit for one day. Records beyond it are not written. */
  readonly dayBytes: number;
}

/** A busy day has about 400 KB. */
const limits: RecordLimits = { days: 365, bytes: 16e6, dayBytes: 2e6 };
/** In bytes. Longer lines count as damaged. */
const longestLine = 4096;
/** Does not follow a link at the path of the file. O_NOFOLLOW is absent on Windows, where only administrators can create links. */
const appendOnly =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | ((constants.O_NOFOLLOW as number | undefined) ?? 0);
const clearedFile = "cleared";
const fileName = /^(\d{4}-\d{2}-\d{2})\.jsonl$/;

export function openRecordFiles(folder: string, most: RecordLimits = limits): RecordFiles {
  const known = new Map<string, DaySums & { readonly bytes: number }>();

  return {
    append: async (told) => {
      const clearedAt = (await infoOf(join(folder, clearedFile)))?.mtimeMs ?? -Infinity;
      const records = told.filter((record) => beginOf(record) > clearedAt);
      const days = new Set(records.map(({ at }) => dayOf(new Date(at))));
      await makeFolder(folder).catch((error: unknown) => {
        throw writeFailure(error, folder);
      });
      for (const day of days) {
        const ofDay = records.filter(({ at }) => dayOf(new Date(at)) === day);
        const path = join(folder, `${day}.jsonl`);
        // A line break first, in case a killed process has left half a line.
        const text = `\n${ofDay.map((record) => JSON.stringify(recordSchema.parse(record))).join("\n")}\n`;
        if (((await infoOf(path))?.size ?? 0) + text.length > most.dayBytes) continue;
        await appendFile(path, text, { flag: appendOnly }).catch((error: unknown) => {
          throw writeFailure(error, path);
        });
      }
    },
    days: async () => {
      const files = await dayFiles(folder);
      for (const day of known.keys()) if (!files.some((file) => file.day === day)) known.delete(day);
      for (const { day, path, size } of files) {
        if (known.get(day)?.bytes === size) continue;
        known.set(day, { day, bytes: size, ...(await sumsOf(path)) });
      }
      return files.map(({ day }) => known.get(day)!);
    },
    trim: async (today) => {
      const oldest = dayOf(new Date(today.getFullYear(), today.getMonth(), today.getDate() - most.days + 1));
      let left = most.bytes;
      const files = (await dayFiles(folder)).toReversed();
      const isAhead = ({ day }: { day: string }): boolean => day > dayOf(today);
      // Days that a wrong clock has put in the future are removed before all others.
      for (const { day, path, size } of [...files.filter((file) => !isAhead(file)), ...files.filter(isAhead)]) {
        left -= size;
        if (day < oldest || left < 0) await rm(path, { force: true });
      }
    },
    clear: async () => {
      for (const { path } of await dayFiles(folder)) await rm(path, { force: true });
      known.clear();
      await writeFileAtomic(join(folder, clearedFile), "");
    },
  };
}

/**
 * Leaves out days later than tomorrow: they were written while the clock was wrong, and count once they have arrived. Tomorrow may
 * be the current day in another time zone.
 */
export function daysUntil<Day extends Pick<DaySums, "day">>(days: readonly Day[], today: Date): Day[] {
  const last = dayOf(new Date(today.getFullYear(), today.getMonth(), today.getDate() + 1));
  return days.filter(({ day }) => day <= last);
}

/** Returns the time of the event that a record is about: for a check of an accepted text, the time of the acceptance. */
function beginOf(record: StatisticsRecord): number {
  return record.kind === "kept" ? record.at - 1000 * record.after : record.at;
}

/** Returns the local day of a time. */
export function dayOf(time: Date): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

async function dayFiles(folder: string): Promise<{ day: string; path: string; size: number }[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names
    .sort((one, other) => one.localeCompare(other))
    .map(async (name) => {
      const day = fileName.exec(name)?.[1];
      const path = join(folder, name);
      const info = day === undefined ? undefined : await lstat(path).catch(() => undefined);
      return day === undefined || !info?.isFile() ? [] : [{ day, path, size: info.size }];
    });
  return (await Promise.all(files)).flat();
}

async function sumsOf(path: string): Promise<{ sums: Sums; damaged: number }> {
  const sums = openSums();
  let damaged = 0;
  try {
    for await (const { object } of jsonObjects(path, longestLine)) {
      const record = recordSchema.safeParse(object);
      if (record.success) sums.add(record.data);
      else damaged++;
    }
  } catch (error) {
    // Another window has cleared the statistics meanwhile.
    if (systemCode(error) !== "ENOENT") throw error;
  }
  return { sums, damaged };
}
