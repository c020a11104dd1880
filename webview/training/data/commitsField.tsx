/** The part of the form with the user's own commits: how far back, and what they added. */

import { useEffect } from "preact/hooks";
import type { CommitsState } from "../../protocol/commits.ts";
import type { NumberField } from "../../protocol/numberField.ts";
import type { FromTraining } from "../../protocol/training.ts";
import { Field } from "../../shared/form/field.tsx";
import { NumberInput } from "../../shared/form/numberInput.tsx";
import { t } from "../../shared/l10n.ts";
import { monthsLabel } from "../draft.ts";

export interface CommitsFieldProps {
  /** As typed. */
  typed: string | undefined;
  /** Undefined while what is typed is none. */
  months: number | undefined;
  field: NumberField;
  /** Undefined until they are counted. */
  commits: CommitsState | undefined;
  onType: (text: string) => void;
  post: (message: FromTraining) => void;
}

/** Milliseconds after the last key. */
const settle = 300;

export function CommitsField({ typed, months, field, commits, onType, post }: CommitsFieldProps) {
  useEffect(() => {
    if (months === undefined) return;
    const timer = setTimeout(() => post({ type: "surveyCommits", months }), settle);
    return () => clearTimeout(timer);
  }, [months]);
  return (
    <div class="commits">
      <Field id="months" label={monthsLabel} hint={commits?.months === months ? foundText(commits) : t("Counting…")}>
        <NumberInput id="months" field={field} typed={typed} onType={onType} />
      </Field>
    </div>
  );
}

function foundText(commits: CommitsState | undefined): string {
  if (!commits) return "";
  const { email, lines, files } = commits;
  if (email === undefined) return t("Git finds no repository here, or does not know your address.");
  return t(
    "{0}. Lines that are still there: {1}, in files: {2}",
    email,
    lines.toLocaleString(),
    files.toLocaleString(),
  );
}
