/** What the training of the form would take on this machine, or why it cannot run here. It follows each choice. */

import { useEffect } from "preact/hooks";
import type { EstimateState } from "../../protocol/estimate.ts";
import type { FromTraining, TrainingForm } from "../../protocol/training.ts";
import { Button } from "../../shared/button.tsx";
import { Failure } from "../../shared/failure.tsx";
import { bytes, duration } from "../../shared/figures.ts";
import { t } from "../../shared/l10n.ts";
import { Figure, Figures } from "../trainingFigures.tsx";

export interface EstimateProps {
  estimate: EstimateState | undefined;
  /** The form as it would be sent; undefined while it lacks something. */
  form: TrainingForm | undefined;
  /** What else the estimate depends on. */
  files: number | undefined;
  post: (message: FromTraining) => void;
}

/** Milliseconds after the last choice, so that typing a number asks once. */
const settle = 300;

export function Estimate({ estimate, form, files, post }: EstimateProps) {
  const ask = (): void => {
    if (form) post({ type: "estimate", form });
  };
  // The name changes nothing.
  const asked = JSON.stringify(form && { ...form, name: "", files });
  useEffect(() => {
    const timer = setTimeout(ask, settle);
    return () => clearTimeout(timer);
  }, [asked]);
  if (!form) return null;
  return (
    <section class="estimate" aria-label={t("Estimate")} aria-busy={estimate === undefined || estimate.isStale}>
      {estimate?.phase === "done" && <Needs needs={estimate} />}
      {estimate?.phase === "failed" && (
        <>
          {estimate.isRefusal ? (
            <Failure message={estimate.message} nextStep={estimate.nextStep} />
          ) : (
            <p class="note">{t("No estimate: {0} {1}", estimate.message, estimate.nextStep)}</p>
          )}
          <div class="buttons">
            <Button onClick={ask}>{t("Check again")}</Button>
          </div>
        </>
      )}
      {estimate === undefined && <p class="note">{t("Estimating…")}</p>}
    </section>
  );
}

function Needs({ needs }: { needs: Extract<EstimateState, { phase: "done" }> }) {
  const { steps, seconds, trialSeconds, memoryBytes, diskBytes } = needs;
  return (
    <div aria-live="polite">
      <Figures>
        <Figure term={t("Time")} value={seconds === undefined ? t("Unknown for this base") : about(seconds)} />
        <Figure term={t("Memory")} value={bytes(memoryBytes)} />
        <Figure term={t("Disk")} value={bytes(diskBytes)} />
      </Figures>
      <p class="note">
        {t("Estimated for this machine: {0} steps.", steps)}{" "}
        {trialSeconds !== undefined && t("Then up to {0} to measure whether it helps.", duration(trialSeconds))}
      </p>
    </div>
  );
}

/** A duration without seconds that an estimate cannot know. */
function about(seconds: number): string {
  const step = seconds < 60 ? 5 : seconds < 600 ? 15 : 60;
  return t("about {0}", duration(Math.max(step, Math.round(seconds / step) * step)));
}
