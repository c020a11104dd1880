/** The measures of a period or a model, with their names. */

import type { MeasuresShown } from "../protocol/statistics.ts";
import { t } from "../shared/l10n.ts";
import { countAndShare, milliseconds, percent } from "./formats.ts";

export function MeasureList({ measures }: { measures: MeasuresShown }) {
  const { shown, read, accepted, acceptedInPart, typedOut, keptShare, savedCharacters, silence, latency } = measures;
  const rows: readonly (readonly [string, string])[] = [
    [t("Shown"), shown.toLocaleString()],
    [t("Read"), countAndShare(read, shown)],
    [t("Accepted"), countAndShare(accepted, shown)],
    [t("Accepted in part"), countAndShare(acceptedInPart, shown)],
    [t("Typed out by hand"), countAndShare(typedOut, shown)],
    [t("Kept after 30 s"), percent(keptShare[30])],
    [t("Kept after 2 min"), percent(keptShare[120])],
    [t("Kept after 10 min"), percent(keptShare[600])],
    [t("Characters saved"), savedCharacters.toLocaleString()],
    [t("Silent searches"), percent(silence)],
    [t("Median time"), milliseconds(latency?.p50)],
    [t("95th percentile"), milliseconds(latency?.p95)],
    [t("99 of 100 within"), milliseconds(latency?.p99)],
  ];
  return (
    <dl class="figures">
      {rows.map(([term, value]) => (
        <>
          <dt key={term}>{term}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}

/** What the measures mean, in one sentence each. */
export function Definitions() {
  const sentences = [
    t("Read: on screen for 750 ms, or accepted sooner."),
    t("Typed out by hand: you typed its first line although you could have accepted it."),
    t("Kept: at most half of the accepted characters have changed."),
    t("Characters saved: accepted characters, less a keystroke for each acceptance."),
    t("Time: from the editor's request until the suggestion is there, with the pause that Graft waits for."),
    t("Silent searches: Graft found nothing, or was not sure enough."),
  ];
  return (
    <details>
      <summary>{t("How this is counted")}</summary>
      <ul class="definitions note">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </details>
  );
}
