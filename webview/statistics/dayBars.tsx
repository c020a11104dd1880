/** Bars for days or weeks: suggestions, and within each bar those that were accepted. */

import type { DayShown } from "../protocol/statistics.ts";
import { t } from "../shared/l10n.ts";

const [width, height] = [300, 64];
/** More bars would be too thin to tell apart. */
const mostBars = 60;

export interface Bar {
  /** The first day and the last one. */
  from: string;
  to: string;
  shown: number;
  accepted: number;
}

export function DayBars({ days }: { days: readonly DayShown[] }) {
  const bars = barsOf(days);
  const most = Math.max(1, ...bars.map(({ shown }) => shown));
  const slot = width / bars.length;
  const label =
    bars.length < days.length
      ? t("Suggestions per week, and those accepted")
      : t("Suggestions per day, and those accepted");
  return (
    <figure class="bars">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}. ${spoken(bars)}`}
      >
        {bars.map((bar, i) => (
          <g key={bar.from}>
            <title>{`${bar.from}: ${t("{0} shown, {1} accepted", bar.shown, bar.accepted)}`}</title>
            <Column kind="shown" x={i * slot} slot={slot} share={bar.shown / most} />
            <Column kind="accepted" x={i * slot} slot={slot} share={bar.accepted / most} />
          </g>
        ))}
      </svg>
      <figcaption class="note">
        <span>{shortDay(bars[0]?.from)}</span>
        <span class="key">
          <span class="swatch shown" /> {t("Shown")} <span class="swatch accepted" /> {t("Accepted")}
        </span>
        <span>{shortDay(bars.at(-1)?.to)}</span>
      </figcaption>
    </figure>
  );
}

function Column({ kind, x, slot, share }: { kind: "shown" | "accepted"; x: number; slot: number; share: number }) {
  // Even a small number must be visible.
  const tall = share === 0 ? 0 : Math.max(1.5, share * (height - 2));
  return <rect class={kind} x={x + slot * 0.12} width={slot * 0.76} y={height - tall} height={tall} />;
}

/** Returns a bar for each day, or for each seven days if there are many. The last bar is complete. */
export function barsOf(days: readonly DayShown[]): Bar[] {
  const size = days.length > mostBars ? 7 : 1;
  const bars: Bar[] = [];
  for (let end = days.length; end > 0; end -= size) {
    const part = days.slice(Math.max(0, end - size), end);
    const sum = (key: "shown" | "accepted"): number => part.reduce((total, day) => total + day[key], 0);
    bars.unshift({ from: part[0]!.day, to: part.at(-1)!.day, shown: sum("shown"), accepted: sum("accepted") });
  }
  return bars;
}

/** The bars in words, for screen readers. Leaves out those without suggestions. */
function spoken(bars: readonly Bar[]): string {
  const filled = bars.filter(({ shown }) => shown > 0);
  return filled
    .map(({ from, shown, accepted }) => `${from}: ${t("{0} shown, {1} accepted", shown, accepted)}`)
    .join("; ");
}

function shortDay(day: string | undefined): string {
  if (day === undefined) return "";
  return new Date(`${day}T12:00`).toLocaleDateString(undefined, { day: "numeric", month: "short" });
}
