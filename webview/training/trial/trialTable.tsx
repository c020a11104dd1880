/** All figures of a trial. */

import type { Compared, Difference, TrialShown } from "../../protocol/trial.ts";
import { t } from "../../shared/l10n.ts";
import { signed } from "../../shared/figures.ts";

export function TrialTable({ trial: { served, bodies, alone, general } }: { trial: TrialShown }) {
  return (
    <div class="scroller" tabIndex={0} role="region" aria-label={t("All figures")}>
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">{t("Base")}</th>
            <th scope="col">{t("Adapter")}</th>
            <th scope="col">{t("Difference (95 %)")}</th>
          </tr>
        </thead>
        <Group title={t("As in the editor")} compared={served} />
        {bodies && <Group title={t("Bodies of blocks, as in the editor")} compared={bodies} isOfBodies />}
        {alone && <Group title={t("Without other files")} compared={alone} />}
        {general && <Group title={t("General Python code")} compared={general} />}
      </table>
      <p class="note">
        {t("Intervals by the bootstrap; p of exact lines by McNemar's exact test: {0}", pText(served.exact))}
        {bodies && `. ${t("p of the bodies' edit similarity by permutation: {0}", pText(bodies.editSimilarity))}`}
      </p>
    </div>
  );
}

function Group({ title, compared, isOfBodies = false }: { title: string; compared: Compared; isOfBodies?: boolean }) {
  const { base, adapter, exact, editSimilarity, bitsPerByte } = compared;
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={4}>
          {title}
        </th>
      </tr>
      <Row
        name={isOfBodies ? t("Exact bodies, %") : t("Exact lines, %")}
        values={[base.exact.value, adapter.exact.value]}
        difference={exact}
        digits={1}
      />
      <Row
        name={t("Edit similarity, %")}
        values={[base.editSimilarity.value, adapter.editSimilarity.value]}
        difference={editSimilarity}
        digits={1}
      />
      {bitsPerByte && (
        <Row
          name={t("Bits per byte")}
          values={[base.bitsPerByte ?? NaN, adapter.bitsPerByte ?? NaN]}
          difference={bitsPerByte}
          digits={3}
        />
      )}
    </tbody>
  );
}

interface RowProps {
  name: string;
  values: readonly [number, number];
  difference: Difference;
  digits: number;
}

function Row({ name, values, difference: { value, low, high }, digits }: RowProps) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {values.map((each, i) => (
        <td key={i}>{each.toFixed(digits)}</td>
      ))}
      <td>
        {signed(value, digits)} ({signed(low, digits)} … {signed(high, digits)})
      </td>
    </tr>
  );
}

function pText({ p }: Difference): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}
