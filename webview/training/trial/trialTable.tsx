/** All figures of a trial. A difference is below the two values that it compares: side bars are too narrow for four columns. */

import type { Compared, Difference, TrialShown } from "../../protocol/trial.ts";
import { t } from "../../shared/l10n.ts";
import { signed } from "../../shared/figures.ts";

export function TrialTable({ trial: { served, bodies, alone, general } }: { trial: TrialShown }) {
  return (
    <>
      <table aria-label={t("All figures")}>
        <thead>
          <tr>
            <td />
            <th scope="col">{t("Base")}</th>
            <th scope="col">{t("Adapter")}</th>
          </tr>
          <tr>
            <th scope="colgroup" colSpan={3} class="note">
              {t("Difference (95 %)")}
            </th>
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
    </>
  );
}

function Group({ title, compared, isOfBodies = false }: { title: string; compared: Compared; isOfBodies?: boolean }) {
  const { base, adapter, exact, editSimilarity, bitsPerByte } = compared;
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={3}>
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
    <>
      <tr>
        <th scope="row">{name}</th>
        {values.map((each, i) => (
          <td key={i}>{each.toFixed(digits)}</td>
        ))}
      </tr>
      <tr>
        <td colSpan={3} class="note">
          {signed(value, digits)} ({signed(low, digits)} … {signed(high, digits)})
        </td>
      </tr>
    </>
  );
}

function pText({ p }: Difference): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}
