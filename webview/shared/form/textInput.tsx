/** A line of text. */

import { noteId } from "./field.tsx";

export interface TextInputProps {
  id: string;
  value: string;
  onType: (text: string) => void;
}

export function TextInput({ id, value, onType }: TextInputProps) {
  return (
    <input
      type="text"
      id={id}
      value={value}
      aria-describedby={noteId(id)}
      onInput={({ currentTarget }) => onType(currentTarget.value)}
    />
  );
}
