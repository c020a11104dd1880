/**
 * The whole numbers of a form: their limits for the page, and the check of the page's messages, from one schema each.
 */

import type * as z from "zod";
import { fieldOf } from "../core/foundation/requestSchema.ts";
import type { NumberField } from "../../webview/protocol/numberField.ts";

/** Returns the limits and the default of a schema, in whole numbers. */
export function numberField(schema: z.ZodType): NumberField {
  const { minimum, above, maximum, default: byDefault } = fieldOf(schema);
  return {
    minimum: Math.ceil(minimum ?? (above === undefined ? 0 : Math.floor(above) + 1)),
    ...(maximum !== undefined && { maximum }),
    ...(typeof byDefault === "number" && { default: byDefault }),
  };
}
