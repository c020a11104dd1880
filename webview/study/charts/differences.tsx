/** Two candidates task by task: the user chooses them, and the extension draws the sorted differences. */

import { useState } from "preact/hooks";
import type { AskedPair, FromStudies } from "../../protocol/study.ts";
import type { SuiteView } from "../../protocol/studyResults.ts";
import { Button } from "../../shared/button.tsx";
import { t } from "../../shared/l10n.ts";
import { samePair, type PageState } from "../pageState.ts";

export interface DifferencesProps {
  suite: SuiteView;
  /** The suite's position in the results. */
  number: number;
  measure: string;
  differences: PageState["differences"];
  ask: (pair: AskedPair) => void;
  post: (message: FromStudies) => void;
}

export function Differences({ suite, number, measure, differences, ask, post }: DifferencesProps) {
  // Not every candidate has every measure: a single answer has no EM@10.
  const scored = suite.rows.flatMap(({ candidate, scores }, row) => (measure in scores ? [{ candidate, row }] : []));
  const [chosenFirst, setFirst] = useState(1);
  const [chosenSecond, setSecond] = useState(0);
  if (scored.length < 2) return null;
  // A chosen candidate may have disappeared with its runs.
  const present = (chosen: number, other: 0 | 1): number =>
    scored.some(({ row }) => row === chosen) ? chosen : scored[other]!.row;
  const [first, second] = [present(chosenFirst, 1), present(chosenSecond, 0)];
  const pair = { suite: number, first, second, measure };
  const isAsked = samePair(differences?.pair, pair);
  const svg = isAsked ? differences?.svg : undefined;
  const title = `${suite.suite}, ${suite.protocol}`;
  return (
    <div class="differences" role="group" aria-label={`${t("Task by task")}: ${title}`}>
      <h3>{t("Task by task")}</h3>
      <div class="fields pair">
        <Candidate id={`first-${number}`} label={t("Candidate")} candidates={scored} chosen={first} choose={setFirst} />
        <Candidate id={`second-${number}`} label={t("Minus")} candidates={scored} chosen={second} choose={setSecond} />
      </div>
      <div class="actions">
        <Button
          disabled={first === second || (isAsked && svg === undefined)}
          label={`${t("Show differences")}: ${title}`}
          onClick={() => ask(pair)}
        >
          {t("Show differences")}
        </Button>
        {svg !== undefined && (
          <Button style="link" onClick={() => post({ type: "saveDifferences", pair })}>
            {t("Export chart…")}
          </Button>
        )}
      </div>
      <div aria-live="polite">
        {first === second && <p class="note">{t("Choose two different candidates.")}</p>}
        {isAsked && svg === undefined && <p class="note">{t("Scoring each task…")}</p>}
        {svg !== undefined && (
          // The extension draws it from numbers, and escapes the names in it.
          <div class="chart scroll" tabIndex={0} dangerouslySetInnerHTML={{ __html: svg }} />
        )}
      </div>
    </div>
  );
}

interface CandidateProps {
  id: string;
  label: string;
  candidates: readonly { candidate: string; row: number }[];
  chosen: number;
  choose: (row: number) => void;
}

function Candidate({ id, label, candidates, chosen, choose }: CandidateProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={String(chosen)} onChange={({ currentTarget: { value } }) => choose(Number(value))}>
        {candidates.map(({ candidate, row }) => (
          <option key={row} value={String(row)}>
            {candidate}
          </option>
        ))}
      </select>
    </div>
  );
}
