/** The open study: its runs with estimated times, their progress, and the ways to start, pause and export it. */

import { useState } from "preact/hooks";
import type { FromStudies, OpenStudy, RunView, StudyExport } from "../../protocol/study.ts";
import { Button } from "../../shared/button.tsx";
import { Failure } from "../../shared/failure.tsx";
import { duration } from "../../shared/figures.ts";
import { t } from "../../shared/l10n.ts";
import { ProgressBar } from "../../shared/progressBar.tsx";
import { useOrder } from "./order.tsx";
import { RunRow } from "./runRow.tsx";

type Post = (message: FromStudies) => void;

export interface PlanProps {
  study: OpenStudy;
  hasResults: boolean;
  post: Post;
}

export function Plan({ study, hasResults, post }: PlanProps) {
  const { title, phase, runs, notes, problem } = study;
  const hasScores = runs.some(({ scores }) => scores);
  const order = useOrder(study, post);
  return (
    <section aria-label={title}>
      <div class="actions">
        <Button style="link" describedBy="closing" disabled={phase !== "ready"} onClick={() => post({ type: "close" })}>
          {t("All studies")}
        </Button>
        <span class="note" id="closing" aria-live="polite">
          {phase === "running" && t("Pause or stop this study first.")}
        </span>
      </div>
      <h1>{title}</h1>
      {problem && <Failure {...problem} />}
      <Stage study={study} />
      {(phase === "planning" || phase === "testing") && <ProgressBar share={undefined} label={stageText(study)} />}
      <Controls study={study} hasResults={hasResults} post={post} />
      {runs.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label={t("Runs")}>
          <table>
            <thead>
              <tr>
                {order.isOpen && (
                  <th scope="col" class="order">
                    {t("Order")}
                  </th>
                )}
                {[t("Candidate"), t("Suite"), t("Seed"), t("Tasks"), t("Time")].map((heading, i) => (
                  <th key={heading} scope="col" class={i > 1 ? "number" : undefined}>
                    {heading}
                  </th>
                ))}
                {hasScores && <th scope="col">{t("Early answers")}</th>}
              </tr>
            </thead>
            <tbody>
              {order.runs.map((run) => (
                <RunRow
                  key={run}
                  run={runs[run]!}
                  hasScores={hasScores}
                  isLive={phase === "running" || phase === "pausing" || phase === "stopping"}
                  controls={order.isOpen ? order.controls(run) : undefined}
                  row={order.row(run)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <span class="told" role="status">
        {order.told}
      </span>
      {runs.some(({ isRough }) => isRough) && (
        <p class="note">{t("≈: by this machine's speed; it may be wrong by a factor of three.")}</p>
      )}
      {notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
    </section>
  );
}

/** "2 of 4 runs are finished. About 3 min 20 s left." Screen readers skip the time, which changes several times a second. */
export function Stage({ study }: { study: OpenStudy }) {
  return (
    <p class="stage">
      <span aria-live="polite">{stageText(study)}</span> {timeLeft(study)}
    </p>
  );
}

function stageText({ phase, runs }: OpenStudy): string {
  if (phase === "planning") return t("Planning…");
  if (phase === "testing") return t("Testing what is finished…");
  if (phase === "pausing") return t("Pausing after the tasks at work; none is lost.");
  if (phase === "stopping") return t("Stopping…");
  return t("{0} of {1} runs are finished.", runs.filter(({ isFinished }) => isFinished).length, runs.length);
}

function timeLeft({ phase, runs }: OpenStudy): string {
  if (phase !== "ready" && phase !== "running") return "";
  const left = runs.reduce((sum, run) => sum + (secondsOf(run) ?? 0), 0);
  const isPartial = runs.some((run) => !run.isFinished && !run.problem && secondsOf(run) === undefined);
  if (left === 0) return "";
  return isPartial
    ? t("About {0} left, plus the runs that cannot be estimated yet.", duration(left))
    : t("About {0} left.", duration(left));
}

function secondsOf({ seconds, live, isFinished }: RunView): number | undefined {
  return isFinished ? 0 : (live?.etaSeconds ?? seconds);
}

const exports: readonly (readonly [StudyExport, string])[] = [
  ["folder", t("Everything, to run it again")],
  ["csv", "CSV"],
  ["json", "JSON"],
  ["markdown", "Markdown"],
  ["latex", "LaTeX"],
];

function Controls({ study: { phase, runs }, hasResults, post }: PlanProps) {
  const [format, setFormat] = useState<StudyExport>("folder");
  const isRunning = phase === "running" || phase === "pausing" || phase === "stopping";
  const isBegun = runs.some(({ done }) => done > 0);
  const isDone = runs.every(({ isFinished, problem }) => isFinished || problem);
  return (
    <div class="actions">
      {!isRunning && !isDone && (
        <Button style="primary" disabled={phase !== "ready"} onClick={() => post({ type: "start" })}>
          {isBegun ? t("Resume") : t("Start")}
        </Button>
      )}
      {isRunning && (
        <>
          <Button disabled={phase !== "running"} onClick={() => post({ type: "pause" })}>
            {t("Pause")}
          </Button>
          <Button disabled={phase === "stopping"} onClick={() => post({ type: "stop" })}>
            {t("Stop now")}
          </Button>
        </>
      )}
      {phase === "ready" && (
        <>
          <Button onClick={() => post({ type: "edit" })}>{t("Edit file")}</Button>
          <Button onClick={() => post({ type: "replan" })}>{t("Plan again")}</Button>
        </>
      )}
      {hasResults && (
        <span class="export">
          <select
            aria-label={t("Format of the export")}
            value={format}
            onChange={({ currentTarget: { value } }) => setFormat(value as StudyExport)}
          >
            {exports.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
          <Button onClick={() => post({ type: "export", as: format })}>{t("Export…")}</Button>
        </span>
      )}
    </div>
  );
}
