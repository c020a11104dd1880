/** Radio buttons side by side, with the explanation of the chosen one below: for a few short labels. */

import type { ChoiceGroupProps } from "./choice.tsx";

export function ChoiceRow<Value extends string>({ legend, name, choices, chosen, onChoose }: ChoiceGroupProps<Value>) {
  const values = Object.keys(choices) as Value[];
  const idOf = (value: Value): string => `${name}-${value}`;
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div class="choice-row">
        {values.map((value) => (
          <label key={value} for={idOf(value)}>
            <input
              type="radio"
              id={idOf(value)}
              name={name}
              checked={value === chosen}
              aria-describedby={`${idOf(value)}-note`}
              onChange={() => onChoose(value)}
            />
            {choices[value].label}
          </label>
        ))}
      </div>
      {/* The other explanations are hidden, but still describe their buttons. */}
      {values.map((value) => (
        <p key={value} class="note" id={`${idOf(value)}-note`} hidden={value !== chosen}>
          {choices[value].note}
        </p>
      ))}
    </fieldset>
  );
}
