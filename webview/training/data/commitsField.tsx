/** The part of the form with the user's own commits: how far back, and what they added. */

import { useEffect } from "preact/hooks";
import type { CommitsState } from "../../protocol/commits.ts";
import type { FromTraining, TrainingNumbers } from "../../protocol/training.ts";
import { Button } from "../../shared/button.tsx";
import { Field } from "../../shared/form/field.tsx";
import { NumberInput } from "../../shared/form/numberInput.tsx";
import { t } from "../../shared/l10n.ts";
import { monthsLabel, monthsProblem } from "../draft.ts";

export interface CommitsFieldProps {
  /** As typed. */
  typed: string | undefined;
  /** Undefined while the typed text is not a valid number. */
  months: number | undefined;
  numbers: Pick<TrainingNumbers, "months">;
  /** Undefined until they are counted. */
  commits: CommitsState | undefined;
  onType: (text: string) => void;
  post: (message: FromTraining) => void;
}

/** Milliseconds after the last key. */
const settle = 300;

export function CommitsField({ typed, months, numbers, commits, onType, post }: CommitsFieldProps) {
  const survey = (): void => {
    if (months !== undefined) post({ type: "surveyCommits", months });
  };
  useEffect(() => {
    const timer = setTimeout(survey, settle);
    return () => clearTimeout(timer);
  }, [months]);
  const hasFailed = commits?.phase === "failed" && commits.months === months;
  return (
    <div class="commits">
      <Field
        id="months"
        label={monthsLabel}
        {...commitsLine(months, numbers, commits)}
        below={hasFailed && <Button onClick={survey}>{t("Check again")}</Button>}
      >
        <NumberInput id="months" field={numbers.months} typed={typed} onType={onType} />
      </Field>
    </div>
  );
}

/** Returns what the commits of these months have, or why that is not known. */
export function commitsLine(
  months: number | undefined,
  numbers: Pick<TrainingNumbers, "months">,
  commits: CommitsState | undefined,
): { hint: string; problem?: string } {
  if (months === undefined) return { hint: "", problem: monthsProblem(numbers) };
  if (commits?.months !== months) return { hint: t("Counting…") };
  if (commits.phase === "failed") return { hint: "", problem: `${commits.message} ${commits.nextStep}` };
  return { hint: foundText(commits) };
}

function foundText({ email, lines, files }: Extract<CommitsState, { phase: "done" }>): string {
  if (email === undefined) return t("Git finds no repository here, or does not know your address.");
  return t(
    "{0}. Lines that are still there: {1}, in files: {2}",
    email,
    lines.toLocaleString(),
    files.toLocaleString(),
  );
}
