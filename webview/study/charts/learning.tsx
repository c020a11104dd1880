/** The losses of the candidates' trainings: charts as in exports, and their numbers as a table. */

import type { LearningView } from "../../protocol/studyResults.ts";
import { loss } from "../../shared/figures.ts";
import { t } from "../../shared/l10n.ts";

export function Learning({ charts, facts, unrecorded }: LearningView) {
  if (facts.length + unrecorded.length === 0) return null;
  return (
    <div class="suite-charts" role="group" aria-label={t("Learning curves")}>
      <h3>{t("Learning curves")}</h3>
      {charts.length > 0 && (
        <div class="charts">
          {charts.map(({ name, svg }) => (
            // The extension draws it from numbers, and escapes the names in it.
            <div key={name} class="chart scroll" tabIndex={0} dangerouslySetInnerHTML={{ __html: svg }} />
          ))}
        </div>
      )}
      {facts.length > 0 && <Facts facts={facts} />}
      {unrecorded.length > 0 && (
        <p class="note">
          {t(
            "No losses are recorded of {0}: an earlier version of Graft or another program did the training. Train again to see a curve.",
            unrecorded.join(", "),
          )}
        </p>
      )}
    </div>
  );
}

const headings = [
  t("Steps"),
  t("Validation, before"),
  t("Validation, lowest"),
  t("Validation, lowest at step"),
  t("Validation, last"),
  t("Training, first"),
  t("Training, last"),
];

function Facts({ facts }: Pick<LearningView, "facts">) {
  return (
    <details>
      <summary>{t("As a table")}</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label={t("Losses of the trainings")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("Candidate")}</th>
              {headings.map((heading) => (
                <th key={heading} scope="col" class="number">
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {facts.map(({ name, steps, training, validation }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="number">{steps.toLocaleString()}</td>
                <td class="number">{validation ? loss(validation.before) : "–"}</td>
                <td class="number">{validation ? loss(validation.best) : "–"}</td>
                <td class="number">{validation ? validation.bestStep.toLocaleString() : "–"}</td>
                <td class="number">{validation ? loss(validation.last) : "–"}</td>
                <td class="number">{loss(training.first)}</td>
                <td class="number">{loss(training.last)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
