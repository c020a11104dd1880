/** Whole numbers as a form holds them: as text, since what is typed need not be a number yet. */

import type { NumberField } from "../../protocol/numberField.ts";

/** What a number input holds that the browser cannot read, such as "1e". */
export const unreadable = "?";

/** Whether `text` is a whole number that the field takes. */
export function accepts({ minimum, maximum = Number.MAX_SAFE_INTEGER }: NumberField, text: string): boolean {
  const number = Number(text);
  return text.trim() !== "" && Number.isInteger(number) && number >= minimum && number <= maximum;
}

/** As {@link accepts}, or nothing at all. */
export function acceptsOptional(field: NumberField, text: string): boolean {
  return text === "" || accepts(field, text);
}

/** What the form shows: what was typed, or the default. */
export function textOf(field: NumberField, typed: string | undefined): string {
  return typed ?? String(field.default ?? "");
}
