/** The input for a whole number, with its limits. */

import type { NumberField } from "../../protocol/numberField.ts";
import { noteId } from "./field.tsx";
import { textOf, unreadable } from "./wholeNumber.ts";

export interface NumberInputProps {
  id: string;
  field: NumberField;
  typed: string | undefined;
  onType: (text: string) => void;
  /** The meaning of an empty input; if absent, a value is required. */
  whenEmpty?: string;
}

/** The browser keeps the text of the input, because it returns none for text that is not a number yet. */
export function NumberInput({ id, field, typed, onType, whenEmpty }: NumberInputProps) {
  const text = textOf(field, typed);
  return (
    <input
      type="number"
      id={id}
      min={field.minimum}
      max={field.maximum}
      step={1}
      defaultValue={text === unreadable ? "" : text}
      required={whenEmpty === undefined}
      placeholder={whenEmpty}
      aria-describedby={noteId(id)}
      onInput={({ currentTarget: { value, validity } }) => onType(validity.badInput ? unreadable : value)}
    />
  );
}
