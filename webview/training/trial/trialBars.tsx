/** Bars of the lines that are right, with the base alone and with the adapter. The table and the sentences say the same. */

import type { Interval, TrialShown } from "../../protocol/training.ts";
import { t } from "../../shared/l10n.ts";

export function TrialBars({ trial: { served, alone, general } }: { trial: TrialShown }) {
  const groups = [
    [t("As in the editor"), served],
    [t("Without other files"), alone],
    [t("General Python code"), general],
  ] as const;
  return (
    <div class="bars" aria-hidden="true">
      {groups.map(([title, compared]) => {
        if (!compared) return null;
        return (
          <div key={title}>
            <p class="note">{title}</p>
            <Bar label={t("Base")} exact={compared.base.exact} />
            <Bar label={t("Adapter")} exact={compared.adapter.exact} isAdapter />
          </div>
        );
      })}
    </div>
  );
}

const height = 12;

function Bar({ label, exact, isAdapter = false }: { label: string; exact: Interval; isAdapter?: boolean }) {
  const { value, low, high } = exact;
  return (
    <div class="bar">
      <span>{label}</span>
      <svg viewBox={`0 0 100 ${height}`} preserveAspectRatio="none">
        <rect class="track" width={100} height={height} />
        <rect class={isAdapter ? "adapter" : "base"} width={value} height={height} />
        <line class="whisker" x1={low} x2={high} y1={height / 2} y2={height / 2} vector-effect="non-scaling-stroke" />
      </svg>
      <span class="value">{Math.round(value)} %</span>
    </div>
  );
}
