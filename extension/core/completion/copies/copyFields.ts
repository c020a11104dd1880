/** The options that say how copied text is used, shared by the commands that complete. */

import * as z from "zod";

export const copyFields = {
  prior: z
    .boolean()
    .default(true)
    .describe("Mix what followed the same text elsewhere into a small base's distribution"),
  draft: z.boolean().default(true).describe("Guess tokens by copied text; faster, with the same completions"),
};
