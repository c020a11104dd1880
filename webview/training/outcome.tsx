/** Shows how the last training ended, and the next actions. */

import type { FromTraining, TrainingDone, TrainingState } from "../protocol/training.ts";
import { Button, type ButtonProps } from "../shared/button.tsx";
import { Failure } from "../shared/failure.tsx";
import { duration } from "../shared/figures.ts";
import { t } from "../shared/l10n.ts";
import { LeftOutLine } from "./leftOut.tsx";
import { Figure, Figures, ProblemsNote, ValidationFigure } from "./trainingFigures.tsx";

export type Ended = Extract<TrainingState, { phase: "done" | "failed" | "cancelled" }>;

interface OutcomeProps<State extends Ended = Ended> {
  state: State;
  post: (message: FromTraining) => void;
}

export function Outcome({ state, post }: OutcomeProps) {
  return (
    <section class="outcome" data-phase={state.phase}>
      <h2>{state.name}</h2>
      {state.phase === "done" && <Done state={state} post={post} />}
      {state.phase === "failed" && <Failed state={state} post={post} />}
      {state.phase === "cancelled" && (
        <>
          <p role="status">
            {state.resumable ? t("Paused. It resumes from here, whatever you edit meanwhile.") : t("Cancelled.")}
          </p>
          <WaysOn state={state} post={post} />
        </>
      )}
    </section>
  );
}

function Done({ state, post }: OutcomeProps<TrainingDone>) {
  const { name, active, seconds, validation, steps, plannedSteps, problems, leftOut } = state;
  return (
    <>
      <p role="status">{active ? t('Trained. "{0}" is the active adapter now.', name) : t("Trained.")}</p>
      {steps < plannedSteps && (
        <p class="note">{t("Stopped after step {0} of {1}, with the best so far.", steps, plannedSteps)}</p>
      )}
      <ProblemsNote problems={problems} />
      <Figures>
        <ValidationFigure validation={validation} />
        <Figure term={t("Took")} value={duration(seconds)} />
      </Figures>
      <LeftOutLine leftOut={leftOut} onShow={() => post({ type: "showLeftOut" })} />
      <Button style="primary" onClick={() => post({ type: "dismiss" })}>
        {t("Train another")}
      </Button>
      <Button onClick={() => post({ type: "selectAdapter" })}>{t("Select adapter")}</Button>
    </>
  );
}

function Failed({ state, post }: OutcomeProps<Extract<Ended, { phase: "failed" }>>) {
  return (
    <>
      <Failure message={state.message} nextStep={state.nextStep} />
      <LeftOutLine leftOut={state.leftOut} onShow={() => post({ type: "showLeftOut" })} />
      <WaysOn state={state} post={post} />
      <Button onClick={() => post({ type: "showLog" })}>{t("Show log")}</Button>
    </>
  );
}

/** The actions for an unfinished training. */
function WaysOn({ state: { name, resumable }, post }: OutcomeProps<Exclude<Ended, { phase: "done" }>>) {
  const back = (style: NonNullable<ButtonProps["style"]>) => (
    <Button style={style} onClick={() => post({ type: "dismiss" })}>
      {t("Back to the form")}
    </Button>
  );
  if (!resumable) return back("primary");
  return (
    <>
      <Button style="primary" onClick={() => post({ type: "resume", name })}>
        {t("Resume")}
      </Button>
      <Button onClick={() => post({ type: "discard", name })}>{t("Discard")}</Button>
      {back("secondary")}
    </>
  );
}
