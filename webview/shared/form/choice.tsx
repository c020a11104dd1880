/** Radio buttons with a line of explanation under each. */

export interface ChoiceProps<Value extends string> {
  /** Name of the group. */
  name: string;
  value: Value;
  /** The chosen value of the group. */
  chosen: string;
  label: string;
  note?: string;
  onChoose: (value: Value) => void;
}

export function Choice<Value extends string>({ name, value, chosen, label, note, onChoose }: ChoiceProps<Value>) {
  const id = `${name}-${value}`;
  return (
    <label class="choice" for={id}>
      <input
        type="radio"
        id={id}
        name={name}
        checked={value === chosen}
        aria-describedby={`${id}-note`}
        onChange={() => onChoose(value)}
      />
      <span>{label}</span>
      <span class="note" id={`${id}-note`}>
        {note}
      </span>
    </label>
  );
}

export interface ChoiceGroupProps<Value extends string> extends Pick<
  ChoiceProps<Value>,
  "name" | "chosen" | "onChoose"
> {
  legend: string;
  /** In the order of the page. */
  choices: Readonly<Record<Value, { readonly label: string; readonly note: string }>>;
}

export function ChoiceGroup<Value extends string>({ legend, choices, ...group }: ChoiceGroupProps<Value>) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {(Object.keys(choices) as Value[]).map((value) => (
        <Choice key={value} {...group} value={value} {...choices[value]} />
      ))}
    </fieldset>
  );
}
