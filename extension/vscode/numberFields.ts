/**
 * The whole numbers of a form: their limits for the page, and the check of the page's messages, from one schema each.
 */

import type * as z from "zod";
import { fieldOf, type Field } from "../core/foundation/request.ts";
import type { NumberField } from "../../webview/protocol/numberField.ts";

/** Limits and default from the schema. */
export function numberField(schema: z.ZodType): NumberField {
  return shownNumber(fieldOf(schema));
}

/** Returns the limits and default of a field, in whole numbers. */
export function shownNumber({ minimum, above, maximum, default: byDefault }: Field): NumberField {
  return {
    minimum: Math.ceil(minimum ?? (above === undefined ? 0 : Math.floor(above) + 1)),
    ...(maximum !== undefined && { maximum }),
    ...(typeof byDefault === "number" && { default: byDefault }),
  };
}
