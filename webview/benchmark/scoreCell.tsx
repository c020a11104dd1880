/** A table cell with a score and its interval. */

import { valueText } from "../../extension/core/evaluation/measures/measureFormat.ts";
import { t } from "../shared/l10n.ts";

export interface ScoreCellProps {
  /** Name of the measure. */
  name: string;
  text: string;
  interval: { low: number; high: number };
}

export function ScoreCell({ name, text, interval: { low, high } }: ScoreCellProps) {
  return (
    <td class="number">
      {text}
      <span class="note interval">{t("{0} to {1}", valueText(name, low), valueText(name, high))}</span>
    </td>
  );
}
