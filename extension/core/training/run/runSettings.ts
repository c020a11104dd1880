/** The schema of a training's settings in run.json: those that all methods share, and those of its method. */

import * as z from "zod";
import { methods } from "../../adapters/methods/methods.ts";
import { commonFields } from "../trainRequest.ts";
import type { ResolvedSettings } from "../settings.ts";

export const runSettings = z.discriminatedUnion(
  "method",
  methods.map(({ name, fields }) => {
    return z.object({ ...resolved(commonFields), ...resolved(fields), method: z.literal(name) });
  }) as unknown as readonly [z.ZodObject<{ method: z.ZodLiteral<string> }>],
) as unknown as z.ZodType<ResolvedSettings>;

/** Returns the schemas of fields after a request was read: defaults are filled in, and omitted values are null. */
function resolved(fields: z.ZodRawShape): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, schema]) => {
      if (schema instanceof z.ZodDefault) return [name, schema.unwrap()];
      return [name, schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType).nullable() : schema];
    }),
  ) as Record<string, z.ZodType>;
}
