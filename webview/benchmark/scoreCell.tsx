/** A cell with a score, and its interval below. */

import { intervalText } from "../../extension/core/evaluation/measures/measureFormat.ts";

export interface ScoreCellProps {
  /** Of the measure. */
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
