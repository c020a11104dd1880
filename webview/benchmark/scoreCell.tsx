/** A table cell with a score and its interval. */

import { intervalText } from "../../extension/core/evaluation/measures/measureFormat.ts";

export interface ScoreCellProps {
  /** Name of the measure. */
  name: string;
  text: string;
  interval: { low: number; high: number };
}

export function ScoreCell({ name, text, interval }: ScoreCellProps) {
  return (
    <td class="number">
      {text}
      <span class="note interval">{intervalText(name, interval)}</span>
    </td>
  );
}
