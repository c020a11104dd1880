/** Whether adapters are better than their base alone: a sentence for each, by the paired test. */

import { differenceText, pText, valueText } from "../../extension/core/evaluation/measures/measureFormat.ts";
import { scoreTitle } from "../benchmark/scores.ts";
import type { EffectView } from "../protocol/study.ts";
import { t } from "../shared/l10n.ts";

export function Effects({ effects }: { effects: readonly EffectView[] }) {
  if (effects.length === 0) return null;
  return (
    <ul class="effects">
      {effects.map((effect) => (
        <li key={effect.candidate}>
          {sentence(effect)} <span class="note">{numbers(effect)}</span>
        </li>
      ))}
    </ul>
  );
}

function sentence({ candidate, without, verdict }: EffectView): string {
  switch (verdict) {
    case "better":
      return t("{0} is better than {1}.", candidate, without);
    case "worse":
      return t("{0} is worse than {1}.", candidate, without);
    case "none":
      return t("No difference found between {0} and {1}.", candidate, without);
    case "tooFew":
      return t("Too few tasks to tell {0} from {1}.", candidate, without);
  }
}

/** "EM@1 +8.00 (+4.00 to +12.00), p = 0.002" */
function numbers({ measure, difference, interval: { low, high }, p }: EffectView): string {
  const interval = t("{0} to {1}", valueText(measure, low), valueText(measure, high));
  return `${scoreTitle(measure)} ${differenceText(measure, difference)} (${interval}), ${pText(p)}`;
}
