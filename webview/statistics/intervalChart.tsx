/** The difference of two arms on a line: where it is, how sure that is, and where no difference would be. */

import type { ComparisonShown } from "../protocol/statistics.ts";
import { t } from "../shared/l10n.ts";

const [width, height] = [300, 30];

export function IntervalChart({ found: { difference, interval } }: { found: NonNullable<ComparisonShown["found"]> }) {
  const x = scaleOf(interval);
  const [low, high, zero] = [x(interval.low), x(interval.high), x(0)];
  return (
    <div class="interval">
      {/* The sentence next to it says the same. */}
      <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        <line class="zero" x1={zero} x2={zero} y1={0} y2={height} />
        <line class="range" x1={low} x2={high} y1={height / 2} y2={height / 2} />
        <circle class="estimate" cx={x(difference)} cy={height / 2} r={5} />
      </svg>
      <p class="note ends">
        <span>{t("B better")}</span>
        <span>{t("A better")}</span>
      </p>
    </div>
  );
}

/** Zero is in the middle, and the whole interval is visible. */
export function scaleOf({ low, high }: { low: number; high: number }): (share: number) => number {
  const reach = Math.max(Math.abs(low), Math.abs(high), 0.05) * 1.1;
  return (share) => (width / 2) * (1 + share / reach);
}
