/** A list of which one entry is chosen. */

import { noteId } from "./field.tsx";

export interface SelectProps<Value extends string> {
  id: string;
  /** Value → label, in the order in which they are shown. */
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
