/** Compares the options of a resume with those that its training was started with. */

import { resolve } from "node:path";
import { UserError } from "../../foundation/errors.ts";
import type { Log } from "../../foundation/log.ts";
import { listed, say, type Said } from "../../foundation/words/said.ts";
import { resolveBase } from "../../baseModels/resolveBase.ts";
import { isPaperDataset } from "../../dataset/paperDatasets.ts";
import type { TrainOptions } from "../trainRequest.ts";
import type { TrainingRun } from "./trainingRun.ts";

/** Options that do not have to stay the same: folders, and settings that do not change the result. */
const free: ReadonlySet<string> = new Set<keyof TrainOptions>([
  "home",
  "embedded",
  "dataFolder",
  "shippedData",
  "out",
  "resume",
  "saveEvery",
  "checkpointing",
  "device",
  "trial",
]);

/** Returns the given options that must stay the same, with absolute paths. */
export function askedOf(options: TrainOptions): TrainingRun["asked"] {
  const { data, validation, init } = options;
  const given = {
    ...options,
    data: data.map(absolute),
    ...(validation !== undefined && {
      validation: Number.isNaN(Number(validation)) ? absolute(validation) : validation,
    }),
    ...(init !== undefined && { init: resolve(init) }),
  };
  const asked = Object.entries(given).filter(([key, value]) => !free.has(key) && value !== undefined);
  return Object.fromEntries(asked) as TrainingRun["asked"];
}

/**
 * Checks that the options of a resume agree with its run. Omitted options, an empty base and empty data take the run's values.
 *
 * @throws UserError "checkpoint-mismatch", which names the differences
 */
export async function checkAsked(
  options: TrainOptions,
  { asked, settings, base }: TrainingRun,
  control: { log: Log; signal?: AbortSignal | undefined },
): Promise<void> {
  const was: Readonly<Record<string, unknown>> = { ...settings, ...asked };
  const same = (key: string, value: unknown): boolean =>
    [asked[key], was[key], settings[key as keyof typeof settings]].some((one) => text(one) === text(value));
  const differing = Object.entries(askedOf(options))
    .filter(([key]) => key !== "base" && !(key === "data" && options.data.length === 0))
    .filter(([key, value]) => !same(key, value))
    .map(([key, value]) => say`${key} was ${shown(was[key])} and is now ${shown(value)}`);
  if (options.base !== "" && options.base !== asked["base"]) {
    const { name, hash } = await resolveBase(options.base, { ...options, ...control });
    if (hash !== base.hash) differing.unshift(say`base was ${base.name} and is now ${name}`);
  }
  if (differing.length === 0) return;
  const message = say`Cannot resume: a training keeps its settings, but ${listed(differing)}.`;
  const nextStep = say`Omit these options, or start a new training without resuming.`;
  throw new UserError("checkpoint-mismatch", message, nextStep);
}

function absolute(source: string): string {
  return isPaperDataset(source) ? source : resolve(source);
}

function shown(value: unknown): Said | string {
  return value === undefined || value === null ? say`nothing` : text(value);
}

function text(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") : `${value as string | number | boolean}`;
}
