/** A line of text. */

import { noteId } from "./field.tsx";

export interface TextInputProps {
  id: string;
  value: string;
  /** The most characters. */
  longest?: number;
  onType: (text: string) => void;
}

export function TextInput({ id, value, longest, onType }: TextInputProps) {
  return (
    <input
      type="text"
      id={id}
      value={value}
      maxLength={longest}
      aria-describedby={noteId(id)}
      onInput={({ currentTarget }) => onType(currentTarget.value)}
    />
  );
}
