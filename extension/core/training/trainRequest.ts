/**
 * The schema of a train request: types, defaults, limits and descriptions of all its fields. The command line's flags and help,
 * the limits of the form's numbers, the engine's protocol and run.json derive from it. Each method's own fields are in its file.
 */

import * as z from "zod";
import { methodFields, methodNames } from "../adapters/methods/methodNamed.ts";
import { trainingPresets } from "../adapters/methods/method.ts";
import { overrulable } from "../sources/included.ts";
import { namedDeviceField } from "../runtime/deviceField.ts";
import { servedContexts } from "./holes/servedContext.ts";
import { optimizerNames } from "./optimizers/optimizers.ts";
import { scheduleShapes } from "./optimizers/schedule.ts";

/** The forms in which source code is trained on: the requests that an editor sends, or pieces of text. */
export const sourceForms = ["requests", "pieces"] as const;
export type SourceForm = (typeof sourceForms)[number];

interface FormDefaults {
  readonly epochs: number;
  readonly maxLength: number;
  readonly fillShare: number;
  /**
   * The fewest steps, because little data must be repeated. If an epoch is one or two steps, the data can only be learned by heart;
   * for a thousand lines, 60 steps are already harmful.
   */
  readonly fewestSteps: { readonly shortEpoch: number; readonly longEpoch: number };
}

/**
 * The defaults that depend on what is trained on. Requests need more room, because the editor shows more text, and most of them have a
 * hole, because the editor shows a suffix. Rows and pieces keep the paper's values. Figures: docs/decisions/0038-trained-as-served.md.
 */
export const defaultsByForm: Readonly<Record<SourceForm, FormDefaults>> = {
  requests: { epochs: 2, maxLength: 640, fillShare: 0.9, fewestSteps: { shortEpoch: 90, longEpoch: 20 } },
  pieces: { epochs: 5, maxLength: 256, fillShare: 0.5, fewestSteps: { shortEpoch: 60, longEpoch: 60 } },
};

const byForm = (name: "epochs" | "maxLength" | "fillShare"): string =>
  `by default ${defaultsByForm.requests[name]} for source code, ${defaultsByForm.pieces[name]} for rows and pieces`;

/** The settings that all methods share. Unless noted otherwise, defaults are the paper's (arXiv 2308.10462, version 2). */
export const commonFields = {
  preset: z
    .enum(trainingPresets)
    .default("balanced")
    .describe("How long to train, and the defaults of all other options; graft is the earlier name of balanced"),
  method: z.enum(methodNames).default(methodNames[0]).describe("What to train"),
  epochs: z
    .number()
    .gt(0)
    .max(10_000)
    .optional()
    .describe(`Passes over the training data; ${byForm("epochs")}, more of little data`),
  steps: z.int().min(1).optional().describe("Optimizer steps, instead of epochs"),
  batchSize: z.int().min(1).default(8).describe("Sequences in each step"),
  maxLength: z
    .int()
    .min(8)
    .optional()
    .describe(`Length of the longest sequence, in tokens; ${byForm("maxLength")}`),
  learningRate: z.number().gt(0).optional().describe("Peak learning rate; without it, by method, base and data"),
  schedule: z.enum(scheduleShapes).default("linear").describe("Shape of the learning rate's decay"),
  optimizer: z
    .enum(optimizerNames)
    .optional()
    .describe("Optimizer; by default adamw, or adafactor with the paper preset"),
  weightDecay: z.number().min(0).default(0).describe("Weight decay"),
  patience: z.int().min(1).optional().describe("Stop after this many validations, five per pass, without a lower loss"),
  saveEvery: z.number().min(0).default(60).describe("Seconds of work that a crash may cost; 0 saves every step"),
  sourceAs: z
    .enum(sourceForms)
    .optional()
    .describe(
      "What source code becomes: the requests that an editor would send, or pieces of text; by default requests, but pieces with the paper preset",
    ),
  context: z
    .enum(servedContexts)
    .optional()
    .describe(
      "What stands in front of a request: nothing, its path, or other files, too; by default, what completion gives the base",
    ),
  fillShare: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(`Share of source code that trains infilling; ${byForm("fillShare")}`),
  seed: z.int().default(42).describe("Random seed"),
  shuffle: z.boolean().default(true).describe("Shuffle the data in each pass"),
};

const { preset, method, ...others } = commonFields;

/** All settings that determine what a training computes, apart from its base and its data. */
export const settingsSchema = z.object({ preset, method, ...methodFields, ...others });

/** Folders, which the calling process chooses. */
const places = {
  home: z.string().describe("Folder of installed bases"),
  embedded: z.string().describe("The base that ships with Graft"),
  dataFolder: z.string().describe("Folder of the user's copies of the paper's data sets"),
  shippedData: z.string().exactOptional().describe("Folder of the data sets that ship with Graft"),
};

/** The request as plain JSON, because it is sent between processes. */
export const trainRequest = z.object({
  base: z.string().describe("Name of an installed base or a folder; empty for the embedded base"),
  data: z.array(z.string()).readonly().describe("Training data: .jsonl, .py, a folder, conala or codealpacapy"),
  ...settingsSchema.shape,
  validation: z.string().optional().describe("A data set, or the share of the data to hold out, such as 0.1"),
  include: z
    .array(z.string())
    .readonly()
    .optional()
    .describe(
      `Files of the folders to train on although a rule leaves them out, or all of a rule: ${overrulable.join(", ")}`,
    ),
  commitsSince: z.iso
    .date()
    .optional()
    .describe("Learn only from lines of the folders that your own commits since this day added, such as 2026-05-01"),
  changedSince: z.iso.datetime({ local: true, offset: true }).optional().meta({
    description:
      "Learn only from Python files that changed since this time, such as 2026-05-01T09:30, and read a few of the others again; with --init, the trial compares with that adapter",
    // JSON Schema has no format for local times, so zod gives none.
    format: "date-time",
  }),
  holdOut: z
    .enum(["recent", "random"])
    .default("recent")
    .describe(
      "Which files of a folder a share holds out: those of git's last commits, if git knows them, or random ones",
    ),
  trial: z
    .boolean()
    .default(true)
    .describe("Complete held-out lines with and without the adapter, to measure whether it helps"),
  mustBeTried: z.boolean().optional().describe("Do not begin where no unchanged file is left to try the result on"),
  init: z.string().optional().describe("Folder of an adapter to start from"),
  checkpointing: z.boolean().optional().describe("Save memory by computing each layer twice (gradient checkpointing)"),
  resume: z
    .boolean()
    .optional()
    .describe("Resume the unfinished training into the same folder, with its own settings and data"),
  device: namedDeviceField,
  out: z.string().describe("Folder of the result"),
  ...places,
});

export type TrainOptions = z.input<typeof trainRequest>;

/** The fields of a request that a user can set. */
export const userFields = trainRequest.omit({
  home: true,
  embedded: true,
  dataFolder: true,
  shippedData: true,
  mustBeTried: true,
  feedForward: true,
});
