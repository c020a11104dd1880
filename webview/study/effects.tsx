/** Whether adapters are better than their base alone: for each, the measures by which it is, according to the paired tests. */

import { differenceText, pText, valueText } from "../../extension/core/evaluation/measures/measureFormat.ts";
import type { EffectView, FindingView } from "../protocol/studyResults.ts";
import { scoreTitle } from "../shared/scores.ts";
import { t } from "../shared/l10n.ts";

export function Effects({ effects }: { effects: readonly EffectView[] }) {
  if (effects.length === 0) return null;
  const tested = effects.filter(({ findings }) => findings.some(({ verdict }) => verdict !== "tooFew")).length;
  return (
    <>
      <ul class="effects">
        {effects.map(({ candidate, without, findings }) => (
          <li key={candidate}>
            {t("{0} against {1}", candidate, without)}
            <ul>
              {findings
                .filter(({ verdict }) => verdict === "better" || verdict === "worse")
                .map((finding) => (
                  <li key={finding.measure}>
                    {finding.verdict === "better"
                      ? t("better by {0}", scoreTitle(finding.measure))
                      : t("worse by {0}", scoreTitle(finding.measure))}{" "}
                    <span class="note">{numbers(finding)}</span>
                  </li>
                ))}
              <Rest findings={findings} verdict="none" />
              <Rest findings={findings} verdict="tooFew" />
            </ul>
          </li>
        ))}
      </ul>
      {tested > 1 && (
        <p class="note">
          {t(
            "p in this list is corrected for its {0} comparisons by each measure (Holm); p of one test alone, as in the matrix of tests, is not.",
            tested,
          )}
        </p>
      )}
    </>
  );
}

/** The measures without a finding, together. */
function Rest({ findings, verdict }: { findings: readonly FindingView[]; verdict: "none" | "tooFew" }) {
  const titles = findings.filter((one) => one.verdict === verdict).map(({ measure }) => scoreTitle(measure));
  if (titles.length === 0) return null;
  const named = titles.join(", ");
  return <li>{verdict === "none" ? t("no difference found by {0}", named) : t("too few tasks for {0}", named)}</li>;
}

/** "+8.00 (+4.00 to +12.00), p = 0.002" */
function numbers({ measure, difference, interval: { low, high }, p }: FindingView): string {
  const interval = t("{0} to {1}", valueText(measure, low), valueText(measure, high));
  return `${differenceText(measure, difference)} (${interval}), ${pText(p)}`;
}
