/** Checks texts that come from another process or a file. Separate from said.ts, so that modules that only create texts load no schemas. */

import * as z from "zod";
import type { Said } from "./said.ts";

export const saidSchema: z.ZodType<Said> = z.object({
  template: z.string(),
  get values() {
    return z.array(z.union([z.string(), z.number(), saidSchema]));
  },
});
