/** The schema of an import request, shared by the editor, the command line and the import process. */

import * as z from "zod";
import { bitWidths, defaultBits } from "./weightLayout.ts";

export const importRequest = z.object({
  /** A relative folder is never mistaken for a hub address. */
  source: z.string().describe("OWNER/NAME[@REVISION] on the hub, or the absolute path of a Hugging Face folder"),
  name: z.string().optional().describe("Name of the base; the model's name by default"),
  bits: z.literal(bitWidths).default(defaultBits).describe("Bits per weight of linear layers"),
  replace: z.boolean().default(false).describe("Replace a base of that name that comes from elsewhere"),
});

export type ImportRequest = z.input<typeof importRequest>;
