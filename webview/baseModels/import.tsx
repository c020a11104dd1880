/** Shows the running import with its progress and a way to stop it, or why it failed and what to do. */

import type { FromBases, ImportState } from "../protocol/baseModels.ts";
import { Button } from "../shared/button.tsx";
import { Failure } from "../shared/failure.tsx";
import { bytes, duration } from "../shared/figures.ts";
import { t } from "../shared/l10n.ts";
import { ProgressBar, shareOf } from "../shared/progressBar.tsx";

type Post = (message: FromBases) => void;
type Running = Extract<ImportState, { phase: "running" }>;
type Failed = Extract<ImportState, { phase: "failed" }>;

export function Import({ state, post }: { state: ImportState | undefined; post: Post }) {
  return (
    <div class="card import" hidden={state === undefined}>
      {state?.phase === "running" && <RunningImport state={state} post={post} />}
      {state?.phase === "failed" && <FailedImport state={state} post={post} />}
    </div>
  );
}

function RunningImport({ state, post }: { state: Running; post: Post }) {
  const { source, progress, cancelling } = state;
  return (
    <>
      <h3 id="importing">{source}</h3>
      <p class="stage" aria-live="polite">
        {described(state)}
      </p>
      <ProgressBar share={progress && shareOf(progress.done, progress.total)} labelledBy="importing" />
      <p class="note">{progress?.stage === "download" && downloaded(progress)}</p>
      <div class="actions">
        <Button disabled={cancelling} onClick={() => post({ type: "cancel" })}>
          {t("Cancel")}
        </Button>
      </div>
    </>
  );
}

function FailedImport({ state: { source, message, nextStep }, post }: { state: Failed; post: Post }) {
  return (
    <>
      <h3>{source}</h3>
      <Failure message={message} nextStep={nextStep} />
      <div class="actions">
        <Button style="primary" onClick={() => post({ type: "import", source })}>
          {t("Try again")}
        </Button>
        <Button onClick={() => post({ type: "dismiss" })}>{t("Dismiss")}</Button>
        <Button onClick={() => post({ type: "showLog" })}>{t("Show log")}</Button>
      </div>
    </>
  );
}

function described({ cancelling, progress }: Running): string {
  if (cancelling) return t("Stopping…");
  if (!progress) return t("Looking at the model…");
  return progress.stage === "download" ? t("Downloading") : t("Converting");
}

function downloaded(progress: Extract<NonNullable<Running["progress"]>, { stage: "download" }>): string {
  const { done, total, bytesPerSecond, etaSeconds } = progress;
  return t("{0} of {1}, {2}/s, {3} left", bytes(done), bytes(total), bytes(bytesPerSecond), duration(etaSeconds));
}
