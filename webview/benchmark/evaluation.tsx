/** Shows the running evaluation with its progress, last prediction and a way to stop it, or why it ended without a result. */

import type { EvaluationState, FromBenchmark } from "../protocol/benchmark.ts";
import { Button } from "../shared/button.tsx";
import { Failure } from "../shared/failure.tsx";
import { duration } from "../shared/figures.ts";
import { t } from "../shared/l10n.ts";
import { ProgressBar, shareOf } from "../shared/progressBar.tsx";

type Post = (message: FromBenchmark) => void;
type Running = Extract<EvaluationState, { phase: "running" }>;

export function Evaluation({ state, post }: { state: EvaluationState; post: Post }) {
  return (
    <div class="card evaluation" hidden={state.phase === "idle"}>
      {state.phase === "running" && <RunningEvaluation state={state} post={post} />}
      {state.phase === "cancelled" && (
        <p role="status">{t("Stopped. Predictions so far are kept: the same choices continue from there.")}</p>
      )}
      {state.phase === "failed" && <Failure message={state.message} nextStep={state.nextStep} />}
      {(state.phase === "cancelled" || state.phase === "failed") && (
        <div class="actions">
          <Button onClick={() => post({ type: "dismiss" })}>{t("Dismiss")}</Button>
          {state.phase === "failed" && <Button onClick={() => post({ type: "showLog" })}>{t("Show log")}</Button>}
        </div>
      )}
    </div>
  );
}

function RunningEvaluation({ state, post }: { state: Running; post: Post }) {
  const { progress, cancelling } = state;
  return (
    <>
      <h3 id="evaluating">{progress?.candidate ?? t("Evaluation")}</h3>
      <p class="stage" aria-live="polite">
        {described(state)}
      </p>
      <ProgressBar share={progress && shareOf(progress.done, progress.total)} labelledBy="evaluating" />
      <p class="note">{progress && told(progress)}</p>
      {progress?.last && (
        <div class="last" aria-hidden="true">
          <p class="note">{progress.last.intent}</p>
          <pre class="prediction">{progress.last.prediction}</pre>
        </div>
      )}
      <div class="actions">
        <Button disabled={cancelling} onClick={() => post({ type: "cancel" })}>
          {t("Cancel")}
        </Button>
      </div>
    </>
  );
}

function described({ cancelling, progress }: Running): string {
  if (cancelling) return t("Stopping…");
  if (!progress) return t("Reading the suite and loading the model…");
  if (progress.stage === "measuring") return t("Measuring bits per byte");
  return progress.stage === "predicting" ? t("Predicting") : t("Scoring");
}

function told({ stage, done, total, etaSeconds, tokensPerSecond }: NonNullable<Running["progress"]>): string {
  const tasks = stage === "measuring" ? t("{0} of {1} files", done, total) : t("{0} of {1} tasks", done, total);
  if (etaSeconds === undefined || tokensPerSecond === undefined) return tasks;
  const speed = t("{0} tokens/s", Math.round(tokensPerSecond).toLocaleString());
  return `${tasks}, ${speed}, ${t("{0} left", duration(etaSeconds))}`;
}
