/** The suggestions of a period: bars by day, measures, and the same measures by model. */

import type { FromStatistics, StatisticsState, VariantShown } from "../protocol/statistics.ts";
import { t } from "../shared/l10n.ts";
import { DayBars } from "./dayBars.tsx";
import { nameOf, percent } from "./formats.ts";
import { Definitions, MeasureList } from "./measureList.tsx";

export interface OverviewProps {
  statistics: NonNullable<StatisticsState["statistics"]>;
  period: number;
  post: (message: FromStatistics) => void;
}

export function Overview({ statistics: { days, whole, variants }, period, post }: OverviewProps) {
  const isEmpty = whole.shown === 0 && whole.silence === undefined;
  return (
    <section aria-label={t("Suggestions")}>
      <PeriodChoice period={period} onChoose={(days) => post({ type: "choosePeriod", days })} />
      {isEmpty ? (
        <p class="note">
          {t(
            "Nothing counted in this period. As you write Python, this page shows how many suggestions appear, which ones you accept, and how much of them stays.",
          )}
        </p>
      ) : (
        <>
          <p class="headline">{t("{0} of suggestions accepted, whole or in part", percent(whole.acceptedShare))}</p>
          <DayBars days={days} />
          <MeasureList measures={whole} />
          <Variants variants={variants} />
          <Definitions />
        </>
      )}
    </section>
  );
}

function PeriodChoice({ period, onChoose }: { period: number; onChoose: (days: number) => void }) {
  const periods: readonly (readonly [number, string])[] = [
    [7, t("Last 7 days")],
    [30, t("Last 30 days")],
    [365, t("Last 12 months")],
  ];
  return (
    <select
      id="period"
      aria-label={t("Time")}
      value={String(period)}
      onChange={({ currentTarget: { value } }) => onChoose(Number(value))}
    >
      {periods.map(([days, label]) => (
        <option key={days} value={String(days)}>
          {label}
        </option>
      ))}
    </select>
  );
}

/** Renders nothing for a single model, whose measures are those above. */
function Variants({ variants }: { variants: readonly VariantShown[] }) {
  if (variants.length < 2) return null;
  const differs = variants.some(({ context }) => context !== variants[0]!.context);
  return (
    <>
      {variants.map((variant) => {
        const name = nameOf(variant, differs);
        return (
          <details key={name} class="variant">
            <summary>
              {name}
              <span class="note">{t("{0} of {1} accepted", percent(variant.acceptedShare), variant.shown)}</span>
            </summary>
            <MeasureList measures={variant} />
          </details>
        );
      })}
    </>
  );
}
