/**
 * The records of local statistics: counts, lengths, times and names of models. No record has a field for the user's text.
 *
 * Every record adds to sums, so the order of records and the number of windows that write them do not matter.
 */

import { createHash } from "node:crypto";
import * as z from "zod";

/** The times after an acceptance at which Graft checks whether the text is still there, in seconds. */
export const keptTimes = [30, 120, 600] as const;
export type KeptTime = (typeof keptTimes)[number];

const count = z.int().nonnegative();
const [longestName, hashLength] = [200, 8];
/** A name. A long one, such as the path of a deeply nested folder, is shortened to its end and a hash that keeps it distinct. */
const name = z
  .string()
  .min(1)
  .transform((text) => {
    if (text.length <= longestName) return text;
    const hash = createHash("sha256").update(text).digest("hex").slice(0, hashLength);
    return `${hash}…${text.slice(hashLength + 1 - longestName)}`;
  });

const variantSchema = z.object({
  base: name,
  /** Null for the base alone. */
  adapter: name.nullable(),
  /** Whether other files of the repository could be in the prompt. */
  context: z.boolean(),
});

/** What makes suggestions. */
export type Variant = z.infer<typeof variantSchema>;

export const arms = ["a", "b"] as const;
export type Arm = (typeof arms)[number];

const partSchema = z.object({
  /** Id of the comparison. */
  comparison: name,
  arm: z.enum(arms),
  /** The block of time that the coin was tossed for. */
  block: count,
});

/** The place of a record in an A/B comparison. */
export type ComparisonPart = z.infer<typeof partSchema>;

const shared = {
  /** Milliseconds since 1970. */
  at: count,
  variant: variantSchema,
  part: partSchema.optional(),
};

export const outcomes = ["accepted", "partly", "typedOut", "passed"] as const;
export type Outcome = (typeof outcomes)[number];

export const recordSchema = z.discriminatedUnion("kind", [
  /** A suggestion that was on screen, once its outcome is known. */
  z.object({
    kind: z.literal("suggestion"),
    ...shared,
    outcome: z.enum(outcomes),
    read: z.boolean(),
    /** Characters of the whole suggestion. */
    characters: count,
    /** Characters that acceptances put into the file. */
    acceptedCharacters: count,
    /** Each costs a keystroke. */
    acceptances: count,
    /** From the editor's request to the suggestion. */
    milliseconds: z.number().nonnegative(),
  }),
  /** Whether an accepted text was still there some seconds later. */
  z.object({
    kind: z.literal("kept"),
    ...shared,
    after: z.union(keptTimes.map((time) => z.literal(time))),
    kept: z.boolean(),
  }),
  /** Searches for a suggestion that ended without showing one. */
  z.object({ kind: z.literal("silence"), ...shared, times: count }),
]);

export type StatisticsRecord = z.infer<typeof recordSchema>;
export type SuggestionRecord = Extract<StatisticsRecord, { kind: "suggestion" }>;
export type KeptRecord = Extract<StatisticsRecord, { kind: "kept" }>;

/** What a record counts towards. */
export type Subject = Pick<StatisticsRecord, "variant" | "part">;
