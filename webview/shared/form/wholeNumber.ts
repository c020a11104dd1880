/** Whole numbers in a form. They are texts, because the typed text may not be a number yet. */

import type { NumberField } from "../../protocol/numberField.ts";

/** Stands for a text in a number input that the browser cannot parse, such as "1e". */
export const unreadable = "?";

/** Whether `text` is a whole number within the field's limits. */
export function accepts({ minimum, maximum = Number.MAX_SAFE_INTEGER }: NumberField, text: string): boolean {
  const number = Number(text);
  return text.trim() !== "" && Number.isInteger(number) && number >= minimum && number <= maximum;
}

/** Whether the text is empty or {@link accepts} it. */
export function acceptsOptional(field: NumberField, text: string): boolean {
  return text === "" || accepts(field, text);
}

/** Returns the text to show: the typed text or the default. */
export function textOf(field: NumberField, typed: string | undefined): string {
  return typed ?? String(field.default ?? "");
}
