/** Bars of the lines that are right and of the bodies' likeness, with the base alone and with the adapter. Table and sentences say the same. */

import type { Interval, TrialShown } from "../../protocol/trial.ts";
import { t } from "../../shared/l10n.ts";

export function TrialBars({ trial: { served, bodies, alone, general } }: { trial: TrialShown }) {
  const groups = [
    [t("As in the editor"), served, "exact"],
    [t("Bodies of blocks: how much they are like the author's"), bodies, "editSimilarity"],
    [t("Without other files"), alone, "exact"],
    [t("General Python code"), general, "exact"],
  ] as const;
  return (
    <div class="bars" aria-hidden="true">
      {groups.map(([title, compared, score]) => {
        if (!compared) return null;
        return (
          <div key={title}>
            <p class="note">{title}</p>
            <Bar label={t("Base")} score={compared.base[score]} />
            <Bar label={t("Adapter")} score={compared.adapter[score]} isAdapter />
          </div>
        );
      })}
    </div>
  );
}

const height = 12;

function Bar({ label, score, isAdapter = false }: { label: string; score: Interval; isAdapter?: boolean }) {
  const { value, low, high } = score;
  return (
    <div class="bar">
      <span>{label}</span>
      <svg viewBox={`0 0 100 ${height}`} preserveAspectRatio="none">
        <rect class="track" width={100} height={height} />
        <rect class={isAdapter ? "adapter" : "base"} width={value} height={height} />
        {/* Its edge sets it apart from the bar, which its left half overlaps. */}
        <line class="edge" x1={low} x2={high} y1={height / 2} y2={height / 2} vector-effect="non-scaling-stroke" />
        <line class="whisker" x1={low} x2={high} y1={height / 2} y2={height / 2} vector-effect="non-scaling-stroke" />
      </svg>
      <span class="value">{t("{0} %", Math.round(value))}</span>
    </div>
  );
}
