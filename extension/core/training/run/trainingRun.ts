/**
 * Stores the inputs of a training (base, settings, data) in run.json and token files in its work folder until it is finished or
 * discarded. So it can resume even if the original files change. checkpoint.ts stores what it has learned.
 */

import { join } from "node:path";
import * as z from "zod";
import { readPlainText } from "../../foundation/plainFile.ts";
import { writeFileAtomic } from "../../foundation/atomicFile.ts";
import { systemCode, UserError } from "../../foundation/errors.ts";
import { say, verbatim } from "../../foundation/words/said.ts";
import { saidSchema } from "../../foundation/words/saidSchema.ts";
import { openTokenFile } from "../../dataset/tokenFile.ts";
import type { ExpectedTokens } from "../../dataset/tokenCheck.ts";
import { skipReasons } from "../../sources/skipped.ts";
import { runFile } from "../output/workFolder.ts";
import { runSettings } from "./runSettings.ts";
import { trainingFile, validationFile, type TrainingData } from "../data/trainingData.ts";

/** Prefix of the name of the folder with a run's token files. */
export const dataPrefix = "data-";

const value = z.union([z.string(), z.number(), z.boolean()]);
const count = z.int().nonnegative();
const tokens = z.object({
  length: count,
  drawings: z.int().positive().default(1),
  tokens: count,
  longest: z.object({ own: count, read: count }),
});

/** Earlier versions kept a problem in English. */
const problemSchema = z.preprocess((text) => (typeof text === "string" ? verbatim(text) : text), saidSchema.optional());
const skipped = z.object({ path: z.string(), reason: z.enum(skipReasons) });

const runSchema = z.object({
  version: z.literal(1),
  /** Folder of the token files, in the work folder. */
  dataFolder: z.string().regex(new RegExp(`^${dataPrefix}[\\w-]+$`)),
  /** The options that were given, with absolute paths. A resume with other options is refused with the differences. */
  asked: z.record(z.string(), z.union([value, z.array(z.string())])),
  /** The fingerprint in this run's checkpoints and report. */
  fingerprint: z.record(z.string(), value),
  base: z.object({ name: z.string(), path: z.string(), hash: z.string(), embedded: z.boolean() }),
  settings: runSettings,
  /** When it began to read its data. Earlier versions kept no time. */
  readAt: z.iso.datetime().optional(),
  /** Total number of optimizer steps. */
  steps: z.int().positive(),
  /** Rows and files that could not be used. */
  problems: z.object({ count, first: problemSchema }),
  parts: z.array(
    z.object({
      name: z.string(),
      examples: count,
      rehearsed: count.optional(),
      tokens: count,
      skipped: z.array(skipped).readonly(),
    }),
  ),
  training: tokens,
  validation: tokens,
});

export type TrainingRun = z.infer<typeof runSchema>;

/** @throws UserError "disk-full" or "not-writable", and keeps the previous run */
export async function writeRun(workFolder: string, run: Omit<TrainingRun, "version">): Promise<void> {
  const text = JSON.stringify(runSchema.parse({ version: 1, ...run }), null, 2);
  await writeFileAtomic(join(workFolder, runFile), `${text}\n`);
}

/**
 * Reads the run in a work folder; undefined if there is none.
 *
 * @throws UserError "run-invalid"
 */
export async function readRun(workFolder: string): Promise<TrainingRun | undefined> {
  const path = join(workFolder, runFile);
  try {
    return runSchema.parse(JSON.parse(await readPlainText(path)));
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw runInvalid(workFolder, error);
  }
}

export function runInvalid(workFolder: string, cause?: unknown): UserError {
  const message = say`Cannot resume: ${join(workFolder, runFile)} is damaged, or not of this version of Graft.`;
  return new UserError("run-invalid", message, say`Discard this training and start a new one.`, { cause });
}

/**
 * Opens the token files of a run. Closing them does not remove them.
 *
 * @throws UserError "tokens-damaged"
 */
export function openRunData(
  workFolder: string,
  { dataFolder, training, validation, parts, problems, fingerprint }: TrainingRun,
  ids: Omit<ExpectedTokens, "description">,
): TrainingData {
  const expected = (key: string): ExpectedTokens => ({ ...ids, description: String(fingerprint[key]) });
  const folder = join(workFolder, dataFolder);
  const opened = openTokenFile(join(folder, trainingFile), training, expected("data"));
  try {
    const held = openTokenFile(join(folder, validationFile), validation, expected("validation"));
    return {
      training: opened,
      validation: held,
      parts,
      problems,
      close: () => [opened, held].forEach((file) => file.close()),
    };
  } catch (error) {
    opened.close();
    throw error;
  }
}
