/** A run of the plan: its progress, time, and early answers. */

import type { HTMLAttributes, JSX } from "preact";
import { valueText } from "../../../extension/core/evaluation/measures/measureFormat.ts";
import type { RunView } from "../../protocol/study.ts";
import { isWhole, scoreTitle } from "../../shared/scores.ts";
import { duration } from "../../shared/figures.ts";
import { t } from "../../shared/l10n.ts";
import { ProgressBar, shareOf } from "../../shared/progressBar.tsx";

export interface RunRowProps {
  run: RunView;
  isLive: boolean;
  hasScores: boolean;
  /** The controls for its place in the order; undefined if no run can move. */
  controls: JSX.Element | null | undefined;
  row: HTMLAttributes<HTMLTableRowElement>;
}

export function RunRow({ run, isLive, hasScores, controls, row }: RunRowProps) {
  const { suite, candidate, seed, tasks, done, isFinished, live, problem } = run;
  const isNow = isLive && live !== undefined;
  return (
    <tr {...row} class={isNow ? "now" : row.class}>
      {controls !== undefined && <td class="order">{controls}</td>}
      <th scope="row">
        {candidate}
        {problem && <span class="note problem">{`${problem.message} ${problem.nextStep}`}</span>}
        {isNow && live.last && (
          <span class="note last" aria-hidden="true">
            {live.last.intent}: <code>{live.last.prediction.split("\n")[0]}</code>
          </span>
        )}
      </th>
      <td>{suite}</td>
      <td class="number">{problem && tasks === undefined ? "" : seed}</td>
      <td class="number">
        {isNow ? stageText(live) : isFinished || done === 0 ? (tasks ?? "–") : t("{0} of {1}", done, tasks ?? "?")}
        {isNow && <ProgressBar share={shareOf(live.done, live.total)} label={candidate} />}
      </td>
      <td class="number">{timeText(run, isNow)}</td>
      {hasScores && (
        <td>
          <Early run={run} isNow={isNow} />
        </td>
      )}
    </tr>
  );
}

function stageText({ stage, done, total }: NonNullable<RunView["live"]>): string {
  switch (stage) {
    case "training":
      return t("training, step {0} of {1}", done, total);
    case "measuring":
      return t("{0} of {1} files", done, total);
    case "predicting":
      return t("{0} of {1}", done, total);
    case "scoring":
      return t("scoring");
  }
}

function timeText(run: RunView, isNow: boolean): string {
  const { isFinished, isRough, needsTraining, problem, live } = run;
  if (problem) return t("cannot run");
  if (isFinished) return t("finished");
  if (isNow && live) return live.etaSeconds === undefined ? "" : t("{0} left", duration(live.etaSeconds));
  if (needsTraining) return t("trains first");
  if (run.seconds === undefined) return t("unknown");
  return `${isRough ? "≈ " : ""}${duration(run.seconds)}`;
}

/** The scores of the tasks so far, or of all tasks if the run finished in this session. */
function Early({ run: { scores, live, isFinished }, isNow }: { run: RunView; isNow: boolean }) {
  if (!scores || (!isNow && !isFinished)) return null;
  const shown = Object.entries(scores).filter(([name]) => isWhole(name));
  const [first, ...others] = shown.slice(0, 4);
  if (!first) return null;
  const title = isNow && live ? t("After {0} of {1} tasks: early", live.done, live.total) : t("All tasks");
  return (
    <span class="note early">
      {title}
      {[first, ...others].map(([name, { value, low, high }]) => (
        <span key={name} class="measure">
          {`${scoreTitle(name)} ${valueText(name, value)} (${valueText(name, low)}–${valueText(name, high)})`}
        </span>
      ))}
    </span>
  );
}
