/** The input for a whole number, with its limits. */

import type { NumberField } from "../../protocol/numberField.ts";
import { noteId } from "./field.tsx";
import { textOf, unreadable } from "./wholeNumber.ts";

export interface NumberInputProps {
  id: string;
  field: NumberField;
  typed: string | undefined;
  onType: (text: string) => void;
  /** What leaving it empty means; it must be filled where this is absent. */
  whenEmpty?: string;
}

/** The browser keeps its text: it has none to give back for what is no number yet. */
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
