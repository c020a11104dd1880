/** Shows how the last training ended, and the next actions. */

import type { FromTraining, Reached, TrainingDone, TrainingState } from "../../protocol/training.ts";
import { Button, type ButtonProps } from "../../shared/button.tsx";
import { Failure } from "../../shared/failure.tsx";
import { duration, loss } from "../../shared/figures.ts";
import { t } from "../../shared/l10n.ts";
import { LossChart } from "../curves/lossChart.tsx";
import { LeftOutLine } from "../leftOut.tsx";
import { Figure, Figures, ProblemsNote } from "../trainingFigures.tsx";
import { Trial } from "../trial/trial.tsx";
import { adaptersText, doneText, reasonText } from "./doneText.ts";

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
            {state.reached ? t("Paused. It resumes from here, whatever you edit meanwhile.") : t("Cancelled.")}
          </p>
          <ReachedNote reached={state.reached} />
          <WaysOn state={state} post={post} />
        </>
      )}
    </section>
  );
}

function Done({ state, post }: OutcomeProps<TrainingDone>) {
  const { replaced, seconds, validation, steps, plannedSteps, epochs, problems, leftOut, curves, trial } = state;
  const reason = reasonText(state);
  return (
    <>
      <p role="status">{doneText(state)}</p>
      {reason && <p>{reason}</p>}
      {replaced && <Replaced adapters={replaced} post={post} />}
      {steps < plannedSteps && (
        <p class="note">{t("Stopped after step {0} of {1}, with the best so far.", steps, plannedSteps)}</p>
      )}
      {trial && <Trial trial={trial} epochs={epochs} />}
      {!trial && !validation && (
        <p class="note">{t("Too few files to hold some out: whether it helps here cannot be told, except by use.")}</p>
      )}
      {validation && (
        <p>
          {t(
            "Loss on held-out data: {0} before the training, {1} after it.",
            loss(validation.before),
            loss(validation.best),
          )}
        </p>
      )}
      <ProblemsNote problems={problems} />
      <Figures>
        <Figure term={t("Took, without pauses and waiting")} value={duration(seconds)} />
      </Figures>
      {curves && (
        <details>
          <summary>{t("Losses by step")}</summary>
          <LossChart curves={curves} steps={plannedSteps} />
        </details>
      )}
      <LeftOutLine leftOut={leftOut} onShow={() => post({ type: "showLeftOut" })} />
      <div class="buttons">
        <UseButton state={state} post={post} />
        {!state.deleted && <Button onClick={() => post({ type: "evaluate" })}>{t("Evaluate")}</Button>}
        <Button onClick={() => post({ type: "dismiss" })}>{t("Train another")}</Button>
      </div>
    </>
  );
}

/** Renders nothing for a deleted adapter. */
function UseButton({ state: { name, active, deleted, objection }, post }: OutcomeProps<TrainingDone>) {
  if (deleted) return null;
  if (active)
    return (
      <Button style="primary" onClick={() => post({ type: "tryAdapter" })}>
        {t("Try it")}
      </Button>
    );
  return (
    <Button style="primary" onClick={() => post({ type: "activate", name })}>
      {objection ? t("Use it anyway") : t("Use it")}
    </Button>
  );
}

/** The adapters that the new one replaced, and the way back to them. */
function Replaced({
  adapters,
  post,
}: Pick<OutcomeProps, "post"> & { adapters: NonNullable<TrainingDone["replaced"]> }) {
  const names = adaptersText(adapters);
  return (
    <p class="note">
      {t("In use instead of {0}.", names)}{" "}
      <Button style="link" label={`${t("Undo")}: ${names}`} onClick={() => post({ type: "bringBack" })}>
        {t("Undo")}
      </Button>
    </p>
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

function ReachedNote({ reached }: { reached: Reached | undefined }) {
  if (!reached) return null;
  const { step, steps } = reached;
  const text =
    reached.loss === undefined
      ? t("Step {0} of {1}", step, steps)
      : t("Step {0} of {1}, loss {2}", step, steps, loss(reached.loss));
  return <p class="note">{text}</p>;
}

/** The actions for an unfinished training. */
function WaysOn({ state: { name, reached }, post }: OutcomeProps<Exclude<Ended, { phase: "done" }>>) {
  const back = (style: NonNullable<ButtonProps["style"]>) => (
    <Button style={style} onClick={() => post({ type: "dismiss" })}>
      {t("Back to the form")}
    </Button>
  );
  if (!reached) return back("primary");
  return (
    <div class="buttons">
      <Button style="primary" onClick={() => post({ type: "resume", name })}>
        {t("Resume")}
      </Button>
      {reached.step > 0 && <Button onClick={() => post({ type: "keep", name })}>{t("Keep the best")}</Button>}
      <Button onClick={() => post({ type: "discard", name })}>{t("Discard")}</Button>
      {back("secondary")}
    </div>
  );
}
