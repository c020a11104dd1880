/** The schema of a completion request, shared by the editor, the command line and the completion process. */

import * as z from "zod";
import { copyFields } from "./copies/copyFields.ts";
import { quietByDefault, quietPlaces } from "./trigger.ts";
import { copySchema, snippetSchema } from "../repository/repositoryQuery.ts";

export const completionRequest = z.object({
  path: z.string().optional().describe("Path of the file, preferably relative to its project; the model may see it"),
  /** The whole text of the file before the cursor; lines end with "\n". */
  prefix: z.string().describe("Text before the cursor"),
  suffix: z.string().default("").describe("Text after the cursor"),
  repositoryName: z.string().optional().describe("Name of the repository; some models see it in front of other files"),
  context: z.array(snippetSchema).readonly().default([]).describe("Parts of other files, in the order of the prompt"),
  copies: z
    .array(copySchema)
    .readonly()
    .optional()
    .describe("Places in other files where the same text precedes; none known if absent"),
  edition: z
    .int()
    .min(0)
    .default(0)
    .describe("Counts the changes of which files may be read; no answer to another edition is repeated"),
  ...copyFields,
  maxTokens: z.int().min(1).default(128).describe("Longest completion, in tokens"),
  multiline: z.enum(["auto", "never"]).default("auto").describe("Complete a whole block where one is opened"),
  temperature: z.number().min(0).default(0).describe("Sampling temperature; 0 takes the most probable tokens"),
  seed: z.int().default(0).describe("Random seed"),
  beams: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe("Width of the beam search; 1 takes the most probable token each time"),
  trigger: z
    .enum(["automatic", "invoked"])
    .default("invoked")
    .describe("The user is typing: skip completions that would disturb"),
  quietIn: z
    .array(z.enum(quietPlaces))
    .readonly()
    .default(quietByDefault)
    .describe("Places without automatic completions"),
});

export type CompletionRequest = z.input<typeof completionRequest>;
