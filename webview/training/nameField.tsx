/** The part of the form with the adapter's name. The extension checks whether the name can be used. */

import { Field, noteId } from "../shared/form/field.tsx";
import { t } from "../shared/l10n.ts";

export interface NameFieldProps {
  name: string;
  problem: string | undefined;
  onType: (name: string) => void;
}

export function NameField({ name, problem, onType }: NameFieldProps) {
  return (
    <Field id="name" label={t("Name")} hint="" problem={problem}>
      <input
        id="name"
        type="text"
        autocomplete="off"
        spellcheck={false}
        maxLength={64}
        value={name}
        aria-describedby={noteId("name")}
        aria-invalid={problem === undefined ? undefined : true}
        onInput={({ currentTarget: { value } }) => onType(value)}
      />
    </Field>
  );
}
