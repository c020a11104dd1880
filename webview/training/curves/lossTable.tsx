/** The losses as a table, for users who prefer to read numbers. */

import type { LossCurves } from "../../protocol/lossCurves.ts";
import { loss } from "../../shared/figures.ts";
import { t } from "../../shared/l10n.ts";
import { lossRows } from "./curvesInWords.ts";

export function LossTable(curves: LossCurves) {
  const hasValidation = curves.validation.length > 0;
  return (
    <details>
      <summary>{t("As a table")}</summary>
      <div class="scroller" tabIndex={0} role="region" aria-label={t("Losses by step")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("Step")}</th>
              <th scope="col">{t("Training loss")}</th>
              {hasValidation && <th scope="col">{t("Validation loss")}</th>}
            </tr>
          </thead>
          <tbody>
            {lossRows(curves).map(({ step, training, validation }) => (
              <tr key={step}>
                <th scope="row">{step.toLocaleString()}</th>
                <td>{training === undefined ? "–" : loss(training)}</td>
                {hasValidation && <td>{validation === undefined ? "–" : loss(validation)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
