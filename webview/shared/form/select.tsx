/** A drop-down list with one chosen entry. */

import { noteId } from "./field.tsx";

export interface SelectProps<Value extends string> {
  id: string;
  /** Labels by value, in display order. */
  options: Readonly<Record<Value, string>>;
  chosen: Value;
  onChoose: (value: Value) => void;
}

export function Select<Value extends string>({ id, options, chosen, onChoose }: SelectProps<Value>) {
  return (
    <select
      id={id}
      value={chosen}
      aria-describedby={noteId(id)}
      onChange={({ currentTarget: { value } }) => onChoose(value as Value)}
    >
      {Object.entries<string>(options).map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}
