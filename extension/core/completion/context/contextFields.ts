/** The options that say what a model reads in front of a file, shared by the commands that complete. */

import * as z from "zod";

/**
 * - "none": nothing, not even the file's path;
 * - "file": the file's path;
 * - "repository": parts of other files, then the path. The request also holds the places where the same text occurs.
 */
export const contextKinds = ["none", "file", "repository"] as const;
export type ContextKind = (typeof contextKinds)[number];

export const contextFields = {
  context: z
    .enum(contextKinds)
    .default("file")
    .describe("What the model reads in front of a file: nothing, its path, or other files of its repository, too"),
  contextTokens: z
    .int()
    .min(0)
    .optional()
    .describe("Most tokens of other files in front of the file; small bases get none unless given"),
  repository: z.string().optional().describe("Folder of the repository, for context repository"),
};
