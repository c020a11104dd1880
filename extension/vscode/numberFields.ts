/** The whole numbers of a form: what a page is told about them, and the check of what it sends, from one schema each. */

import type * as z from "zod";
import { fieldOf, type Field } from "../core/foundation/request.ts";
import type { NumberField } from "../../webview/protocol/numberField.ts";

/** Limits and default, as the schema has them. */
export function numberField(schema: z.ZodType): NumberField {
  return shownNumber(fieldOf(schema));
}

/** Limits and default of a field, in whole numbers. */
export function shownNumber({ minimum, above, maximum, default: byDefault }: Field): NumberField {
  return {
    minimum: Math.ceil(minimum ?? (above === undefined ? 0 : Math.floor(above) + 1)),
    ...(maximum !== undefined && { maximum }),
    ...(typeof byDefault === "number" && { default: byDefault }),
  };
}
