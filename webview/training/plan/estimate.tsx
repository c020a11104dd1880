/** What the training of the form would take on this machine, or why it cannot run here. Follows each choice. */

import { useEffect } from "preact/hooks";
import type { EstimateState } from "../../protocol/estimate.ts";
import type { FromTraining, TrainingForm } from "../../protocol/training.ts";
import { Button } from "../../shared/button.tsx";
import { Failure } from "../../shared/failure.tsx";
import { bytes, duration } from "../../shared/figures.ts";
import { t } from "../../shared/l10n.ts";
import { lengthText } from "./lengthText.ts";
import { stepsNote } from "./stepsNote.ts";

export interface EstimateProps {
  estimate: EstimateState | undefined;
  /** The form as it would be sent; undefined while it lacks something. */
  form: TrainingForm | undefined;
  /** What else the estimate depends on. */
  sources: unknown;
  post: (message: FromTraining) => void;
}

/** Milliseconds after the last choice, so that typing a number asks once. */
const settle = 300;

export function Estimate({ estimate, form, sources, post }: EstimateProps) {
  const ask = (): void => {
    if (form) post({ type: "estimate", form });
  };
  // The name changes nothing.
  const asked = JSON.stringify(form && { ...form, name: "", sources });
  useEffect(() => {
    const timer = setTimeout(ask, settle);
    return () => clearTimeout(timer);
  }, [asked]);
  if (!form) return null;
  return (
    <section class="estimate" aria-label={t("Estimate")} aria-busy={estimate === undefined || estimate.isStale}>
      {estimate?.phase !== "failed" && <Needs needs={estimate} preset={form.preset} />}
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
    </section>
  );
}

type Done = Extract<EstimateState, { phase: "done" }>;

/** The figures have their places even before they are known. */
function Needs({ needs, preset }: { needs: Done | undefined; preset: TrainingForm["preset"] }) {
  const figures = needs
    ? [
        needs.seconds === undefined ? t("Unknown") : about(needs.seconds),
        bytes(needs.memoryBytes),
        bytes(needs.diskBytes),
      ]
    : ["…", "…", "…"];
  return (
    <div aria-live="polite">
      <dl class="needs">
        {[t("Time"), t("Memory"), t("Disk")].map((term, i) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{figures[i]}</dd>
          </div>
        ))}
      </dl>
      <p class="note">{needs ? planText(needs) : t("Estimating…")}</p>
      <p class="note">{needs && stepsNote(needs, preset)}</p>
    </div>
  );
}

function planText({ trialSeconds, ...needs }: Done): string {
  const length = lengthText(needs);
  if (trialSeconds === undefined) return length;
  return t("{0}; then up to {1} to measure whether it helps", length, brief(trialSeconds));
}

function about(seconds: number): string {
  return t("about {0}", brief(seconds));
}

/** A duration, rounded to what an estimate can know. */
function brief(seconds: number): string {
  const step = seconds < 60 ? 5 : seconds < 600 ? 15 : 60;
  const rounded = Math.max(step, Math.round(seconds / step) * step);
  return rounded >= 60 && rounded < 3600 && rounded % 60 === 0 ? t("{0} min", rounded / 60) : duration(rounded);
}
