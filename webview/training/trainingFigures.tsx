/** Shows the figures of a training with labels, and notes about its data. */

import type { ComponentChildren } from "preact";
import type { RowProblems, Validation } from "../protocol/training.ts";
import { loss } from "../shared/figures.ts";
import { t } from "../shared/l10n.ts";

export function Figures({ children }: { children?: ComponentChildren }) {
  return <dl class="figures">{children}</dl>;
}

export function Figure({ term, value }: { term: string; value: string }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>{value}</dd>
    </>
  );
}

export function ValidationFigure({ validation }: { validation: Validation | undefined }) {
  if (!validation) return null;
  return <Figure term={t("Validation")} value={`${loss(validation.before)} → ${loss(validation.best)}`} />;
}

/** A note about rows that could not be used. */
export function ProblemsNote({ problems: { count, first } }: { problems: RowProblems }) {
  if (count === 0) return null;
  const text =
    count === 1
      ? t("1 row of the data could not be used. {0}", first)
      : t("{0} rows of the data could not be used. The first: {1}", count, first);
  return <p class="note">{text}</p>;
}
