/** The study's runs and earlier ones with other inputs: what each was made of, on which machine, and what has changed since. */

import type { FromStudies } from "../protocol/study.ts";
import type { FactName, HistoryView, InputName } from "../protocol/studyResults.ts";
import { Button } from "../shared/button.tsx";
import { t } from "../shared/l10n.ts";

export interface HistoryProps {
  history: readonly HistoryView[];
  /** Whether the study is at work and writes its runs. */
  isBusy: boolean;
  post: (message: FromStudies) => void;
}

export function History({ history, isBusy, post }: HistoryProps) {
  return (
    <div class="part">
      <h2>{t("History")}</h2>
      <p class="note">
        {t(
          "The runs of this study, and earlier ones that asked the same of other data, another base or another version.",
        )}
      </p>
      <div class="actions">
        <Button disabled={isBusy} describedBy="busy" onClick={() => post({ type: "importRuns" })}>
          {t("Import runs…")}
        </Button>
        <span class="note" id="busy" aria-live="polite">
          {isBusy && t("Runs cannot be imported or deleted while the study plans or runs.")}
        </span>
      </div>
      {history.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label={t("History")}>
          <table>
            <thead>
              <tr>
                {[t("Candidate"), t("Suite"), t("Started"), t("Inputs"), t("Scores")].map((heading) => (
                  <th key={heading} scope="col">
                    {heading}
                  </th>
                ))}
                <td />
              </tr>
            </thead>
            <tbody>
              {history.map((run) => (
                <Run key={run.id} run={run} isBusy={isBusy} post={post} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function Run({ run, isBusy, post }: { run: HistoryView } & Omit<HistoryProps, "history">) {
  const { id, candidate, suite, startedAt, changed, scores, facts } = run;
  return (
    <tr>
      <th scope="row">
        {candidate}
        <details class="facts">
          <summary>{t("What it was made of")}</summary>
          <dl>
            {facts.map(({ name, value }, i) => (
              <div key={i}>
                <dt>{factTitles[name]}</dt>
                <dd>{name === "started" || name === "finished" ? timeText(value) : value}</dd>
              </div>
            ))}
          </dl>
        </details>
      </th>
      <td>{suite}</td>
      <td>{timeText(startedAt)}</td>
      <td class={changed.length > 0 ? "problem" : undefined}>
        {changed.length === 0
          ? t("as in the study")
          : t("changed since: {0}", changed.map((name) => inputTitles[name]).join(", "))}
      </td>
      <td class="note">{scores === "" ? t("not finished") : scores}</td>
      <td>
        <Button
          disabled={isBusy}
          describedBy="busy"
          label={`${t("Delete")} ${candidate}, ${timeText(startedAt)}`}
          onClick={() => post({ type: "removeRun", run: id })}
        >
          {t("Delete")}
        </Button>
      </td>
    </tr>
  );
}

function timeText(time: string): string {
  return new Date(time).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

const factTitles: Readonly<Record<FactName, string>> = {
  candidate: t("Candidate"),
  suite: t("Suite"),
  suiteHash: t("Hash of the suite"),
  tasks: t("Tasks"),
  protocol: t("Protocol"),
  prompting: t("Prompting"),
  examples: t("Examples"),
  base: t("Base"),
  baseHash: t("Hash of the base"),
  adapter: t("Adapter"),
  context: t("Other files"),
  decoding: t("Decoding"),
  seed: t("Seed"),
  version: t("Graft"),
  machine: t("Machine"),
  device: t("Device"),
  started: t("Started"),
  finished: t("Finished"),
  leftOut: t("Rows left out"),
};

const inputTitles: Readonly<Record<InputName, string>> = {
  suite: t("the suite"),
  base: t("the base"),
  adapters: t("the adapter"),
  examples: t("the examples"),
  context: t("the other files"),
  version: t("the version of Graft"),
};
