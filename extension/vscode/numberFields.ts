/** The whole numbers of a form: what a page is told about them, and the check of what it sends, from one schema each. */

import type * as z from "zod";
import { fieldOf } from "../core/foundation/request.ts";
import type { NumberField } from "../../webview/protocol/numberField.ts";

/** Limits and default, as the schema has them. */
export function numberField(schema: z.ZodType): NumberField {
  const { minimum = 0, maximum, default: byDefault } = fieldOf(schema);
  return {
    minimum,
    ...(maximum !== undefined && { maximum }),
    ...(typeof byDefault === "number" && { default: byDefault }),
  };
}
