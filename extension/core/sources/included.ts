/** The files that a user trains on despite the rules: all files that a rule leaves out, or single files. */

import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../foundation/errors.ts";
import { isFile } from "../foundation/exists.ts";
import { say } from "../foundation/words/said.ts";
import { skipReasons, type SkipReason, type Skipped } from "./skipped.ts";

/** The rules that can be overruled as a whole. The others have reasons that hold for every file, or protect secrets. */
export const overrulable = [
  "duplicate",
  "generated",
  "minified",
  "unparsable",
] as const satisfies readonly SkipReason[];

export interface Included {
  /** Whether a file is included despite this reason to leave it out. */
  takes(path: string, reason: SkipReason): boolean;
  /** The files that the user names. */
  readonly files: readonly string[];
}

/** Reasons that the user cannot overrule, because there is no text to learn. */
const unusable: ReadonlySet<SkipReason> = new Set(["large", "binary", "encoding", "empty", "unreadable"]);

/** Whether a skipped file can be included by its name. A folder cannot: it represents files that are not listed. */
export function canInclude({ path, reason }: Skipped): boolean {
  return !unusable.has(reason) && !path.endsWith("/");
}

/** Whether the folder has the file itself, not a link, which could lead out of the folder or have a file read twice. */
export async function hasFile(folder: string, path: string): Promise<boolean> {
  const real = await realpath(join(folder, path)).catch(() => undefined);
  return real !== undefined && real === join(await realpath(folder), path) && (await isFile(real));
}

/**
 * Checks that each named file is in one of the folders.
 *
 * @throws UserError "option-invalid" also for what {@link readIncluded} refuses
 */
export async function checkIncluded(include: readonly string[] | undefined, folders: readonly string[]): Promise<void> {
  for (const file of readIncluded(include).files) {
    const found = await Promise.all(folders.map((folder) => hasFile(folder, file)));
    if (found.includes(true)) continue;
    const message = say`Cannot include ${file}: the data has no folder with such a file.`;
    throw new UserError(
      "option-invalid",
      message,
      say`Name it as the preview does, by its path in the folder, without links.`,
    );
  }
}

/**
 * Reads the names of reasons, and paths relative to the folder.
 *
 * @throws UserError "option-invalid" for a reason that cannot be overruled, or a path that leaves the folder
 */
export function readIncluded(include: readonly string[] = []): Included {
  const reasons = new Set<string>(include.filter((name) => (overrulable as readonly string[]).includes(name)));
  const files = include.filter((name) => !reasons.has(name)).map((path) => path.replaceAll("\\", "/"));
  for (const name of files) {
    const isReason = (skipReasons as readonly string[]).includes(name);
    // Each file has one spelling, because a second one would have it read twice.
    const isInside = name.endsWith(".py") && !name.split("/").some((part) => ["", ".", ".."].includes(part));
    if (!isReason && isInside) continue;
    const message = isReason
      ? say`Cannot include all files that are left out as "${name}".`
      : say`Cannot include ${name}: it is neither a reason nor the path of a .py file in the data's folder.`;
    throw new UserError("option-invalid", message, say`Name single files, or ${overrulable.join(", ")}.`);
  }
  const named = new Set(files);
  return {
    takes: (path, reason) => !unusable.has(reason) && (reasons.has(reason) || named.has(path)),
    files,
  };
}
