/** The charts of a study, as the command line exports them. */

import type { AskedPair, FromStudies } from "../../protocol/study.ts";
import type { StudyResults } from "../../protocol/studyResults.ts";
import { scoreTitle } from "../../shared/scores.ts";
import { t } from "../../shared/l10n.ts";
import { Differences } from "./differences.tsx";
import type { Look, PageState } from "../pageState.ts";
import { Learning } from "./learning.tsx";
import { isOfPaper, PaperClaims } from "./paperClaims.tsx";

export interface ChartsProps {
  results: StudyResults;
  differences: PageState["differences"];
  look: Look;
  lookAt: (part: Partial<Look>) => void;
  askDifferences: (pair: AskedPair) => void;
  post: (message: FromStudies) => void;
}

export function Charts({ results, differences, look, lookAt, askDifferences, post }: ChartsProps) {
  const { charts, suites, learning } = results;
  const measures = [...new Set(charts.map(({ measure }) => measure))];
  const measure = measures.find((one) => one === look.measure) ?? measures[0];
  if (measure === undefined) return null;
  const shown = charts.filter((chart) => chart.measure === measure);
  return (
    <div class="part">
      <h2>{t("Charts")}</h2>
      <div class="field chart-choice">
        <label for="chart-measure">{t("Measure")}</label>
        <select
          id="chart-measure"
          value={measure}
          onChange={({ currentTarget: { value } }) => lookAt({ measure: value })}
        >
          {measures.map((name) => (
            <option key={name} value={name}>
              {scoreTitle(name)}
            </option>
          ))}
        </select>
      </div>
      {suites.map((suite, i) => (
        <div key={i} class="suite-charts">
          <div class="charts" role="group" aria-label={`${suite.suite}, ${suite.protocol}`}>
            {shown
              .filter((chart) => chart.suite === i)
              .map(({ name, svg }) => (
                // The extension draws it from numbers, and escapes the names in it.
                <div key={name} class="chart scroll" tabIndex={0} dangerouslySetInnerHTML={{ __html: svg }} />
              ))}
          </div>
          {suite.measures.includes(measure) && (
            <Differences {...{ suite, number: i, measure, differences, ask: askDifferences, post }} />
          )}
        </div>
      ))}
      <Learning {...learning} />
      {suites.some(({ suite }) => isOfPaper(suite)) && <PaperClaims />}
    </div>
  );
}
