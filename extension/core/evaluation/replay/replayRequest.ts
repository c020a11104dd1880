/** The replay request: one schema for types, defaults, limits and descriptions. Opens nothing. */

import * as z from "zod";
import { namedDeviceField } from "../../runtime/deviceField.ts";
import { completionRequest } from "../../completion/completionRequest.ts";
import { contextFields } from "../../completion/context/contextFields.ts";

export const replayFields = {
  suite: z.string().min(1).describe("Held-out Python: a folder, a .py file, or .jsonl of path and text"),
  limit: z.int().min(1).default(100).describe("Functions to type"),
  seed: z.int().default(42).describe("Random seed of functions and typing"),
  interval: z.number().gt(0).default(239).describe("Mean milliseconds between two keys within a line"),
  typos: z.number().min(0).max(0.5).default(0).describe("Share of letters that the author first types wrongly"),
  reading: z.number().min(0).default(500).describe("Milliseconds that a suggestion must be on screen to be accepted"),
  debounce: z.int().min(0).default(40).describe("Milliseconds without a keystroke before a completion is asked for"),
  answerTime: z
    .number()
    .min(0)
    .optional()
    .describe("Milliseconds that every answer takes, for repeatable figures; measured unless given"),
  threads: z.int().min(1).optional().describe("Threads of the model; one for each processor unless given"),
  device: namedDeviceField,
  maxTokens: completionRequest.shape.maxTokens.unwrap().default(96).describe("Longest completion, in tokens"),
  multiline: completionRequest.shape.multiline,
  ...contextFields,
};

/** Mechanisms to switch off. */
export const mechanismFields = {
  prior: completionRequest.shape.prior,
  draft: completionRequest.shape.draft,
  judgement: z
    .boolean()
    .default(true)
    .describe("Show only what is likely enough to be kept, and learn from rejections"),
  ahead: z.boolean().default(true).describe("Compute the next suggestion while one is read"),
  cache: z.boolean().default(true).describe("Keep suggestions, keys and values between requests"),
};

export const replayRequest = z.object({
  base: z.string().describe("Name of an installed base, or a folder; empty for the embedded base"),
  home: z.string().describe("Folder of bases and runs"),
  embedded: z.string().describe("Folder of the base that ships with Graft"),
  adapters: z
    .array(z.object({ folder: z.string(), scale: z.number() }))
    .readonly()
    .default([])
    .describe("Adapters in use"),
  ...replayFields,
  ...mechanismFields,
});

export type ReplayOptions = z.input<typeof replayRequest>;
export type ReplaySettings = z.output<typeof replayRequest>;
