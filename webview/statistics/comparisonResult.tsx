/** A comparison that runs or has ended: its arms, what it has shown, and what it still needs. */

import type { ComparisonShown, FromStatistics, MeasuresShown } from "../protocol/statistics.ts";
import { Button } from "../shared/button.tsx";
import { t } from "../shared/l10n.ts";
import { about, milliseconds, nameOf, ofHundred, percent, signedPoints } from "./formats.ts";
import { IntervalChart } from "./intervalChart.tsx";

export interface ComparisonResultProps {
  comparison: ComparisonShown;
  post: (message: FromStatistics) => void;
}

export function ComparisonResult({ comparison, post }: ComparisonResultProps) {
  const { a, b, base, hasEnded, found, measures } = comparison;
  const differs = a.context !== b.context;
  return (
    <section class="comparison" aria-labelledby="comparison">
      <h2 id="comparison">{t("A/B comparison")}</h2>
      <p>
        <strong>A</strong> {nameOf({ ...a, base }, differs)}
        <br />
        <strong>B</strong> {nameOf({ ...b, base }, differs)}
      </p>
      <p role="status">{verdictText(comparison)}</p>
      {found && <IntervalChart found={found} />}
      <p class="note">{t("Kept: accepted, and still there after 30 seconds.")}</p>
      <ArmTable measures={measures} />
      {!hasEnded && (
        <p class="note">
          {t("They take turns of five minutes. Look as often as you like: the interval allows for it.")}
        </p>
      )}
      <div class="actions">
        {hasEnded ? (
          <Button onClick={() => post({ type: "dismissComparison" })}>{t("Dismiss")}</Button>
        ) : (
          <Button onClick={() => post({ type: "stopComparing" })}>{t("Stop comparing")}</Button>
        )}
      </div>
    </section>
  );
}

export function verdictText({ verdict, found, needed, hasEnded }: ComparisonShown): string {
  const more = about(needed);
  if (!found || verdict === "tooFew") {
    if (hasEnded) return t("Ended with too few suggestions for a verdict.");
    return t("Too few suggestions for a verdict. The first one takes about {0} more.", more);
  }
  const [ofA, ofB] = [ofHundred(found.shares.a), ofHundred(found.shares.b)];
  const { low, high } = found.interval;
  switch (verdict) {
    case "a":
      return t(
        "A is better: {0} of 100 suggestions are kept instead of {1} (95 %: {2} to {3}).",
        ofA,
        ofB,
        signedPoints(low),
        signedPoints(high),
      );
    case "b":
      return t(
        "B is better: {0} of 100 suggestions are kept instead of {1} (95 %: {2} to {3}).",
        ofB,
        ofA,
        signedPoints(-high),
        signedPoints(-low),
      );
    case "alike":
      return t(
        "A and B are alike: {0} and {1} of 100 suggestions are kept (95 %: {2} to {3}).",
        ofA,
        ofB,
        signedPoints(low),
        signedPoints(high),
      );
    case "open": {
      const soFar = t(
        "Not known yet: {0} of 100 suggestions are kept with A, {1} with B (95 %: {2} to {3}).",
        ofA,
        ofB,
        signedPoints(low),
        signedPoints(high),
      );
      return hasEnded ? soFar : `${soFar} ${t("A verdict takes about {0} more suggestions.", more)}`;
    }
  }
}

/** Measures that the verdict ignores, but that may matter to the user's choice. */
function ArmTable({ measures: { a, b } }: { measures: ComparisonShown["measures"] }) {
  const rows: readonly (readonly [string, (measures: MeasuresShown) => string])[] = [
    [t("Shown"), ({ shown }) => shown.toLocaleString()],
    [t("Accepted"), ({ acceptedShare }) => percent(acceptedShare)],
    [t("Kept after 2 min"), ({ keptShare }) => percent(keptShare[120])],
    [t("Characters saved"), ({ savedCharacters }) => savedCharacters.toLocaleString()],
    [t("Silent searches"), ({ silence }) => percent(silence)],
    [t("Median time"), ({ latency }) => milliseconds(latency?.p50)],
  ];
  return (
    <table>
      <thead>
        <tr>
          <td />
          <th scope="col">A</th>
          <th scope="col">B</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, textOf]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{textOf(a)}</td>
            <td>{textOf(b)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
