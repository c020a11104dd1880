/** What a training was asked for, to tell a resume that asks for something else. */

import { resolve } from "node:path";
import { UserError } from "../../foundation/errors.ts";
import type { Log } from "../../foundation/log.ts";
import { resolveBase } from "../../baseModels/resolveBase.ts";
import { isPaperDataset } from "../../dataset/paperDatasets.ts";
import type { TrainOptions } from "../request.ts";
import type { TrainingRun } from "./trainingRun.ts";

/** Where things lie, and what may change from one part of a training to the next. */
const free: ReadonlySet<string> = new Set<keyof TrainOptions>([
  "home",
  "embedded",
  "dataFolder",
  "shippedData",
  "out",
  "resume",
  "saveEvery",
  "checkpointing",
]);

/** The options that were given, without what says nothing about the training itself. Paths become absolute. */
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
 * Checks that a resume asks for nothing else than its run. What it leaves out, an empty base and no data included, is the run's.
 *
 * @throws UserError "checkpoint-mismatch", which names what differs
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
    .map(([key, value]) => `${key} was ${text(was[key])} and is now ${text(value)}`);
  if (options.base !== "" && options.base !== asked["base"]) {
    const { name, hash } = await resolveBase(options.base, { ...options, ...control });
    if (hash !== base.hash) differing.unshift(`base was ${base.name} and is now ${name}`);
  }
  if (differing.length === 0) return;
  const message = `Cannot resume: a training goes on with its own settings; ${differing.join(", ")}.`;
  const nextStep = "Leave these options out, or start a new training without resuming.";
  throw new UserError("checkpoint-mismatch", message, nextStep);
}

function absolute(source: string): string {
  return isPaperDataset(source) ? source : resolve(source);
}

function text(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  return Array.isArray(value) ? value.join(", ") : `${value as string | number | boolean}`;
}
