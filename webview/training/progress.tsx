/** Shows the running training: progress bar, loss, speed, time left, and buttons to stop it. */

import type { FromTraining, TrainingRunning } from "../protocol/training.ts";
import { Button } from "../shared/button.tsx";
import { duration, loss } from "../shared/figures.ts";
import { t } from "../shared/l10n.ts";
import { ProgressBar, shareOf } from "../shared/progressBar.tsx";
import { LossChart } from "./curves/lossChart.tsx";
import { LeftOutLine } from "./leftOut.tsx";
import { lengthText, passesText } from "./plan/lengthText.ts";
import { Figure, Figures, ProblemsNote, ValidationFigure } from "./trainingFigures.tsx";

export interface ProgressProps {
  running: TrainingRunning;
  post: (message: FromTraining) => void;
}

export function Progress({ running, post }: ProgressProps) {
  const { name, stopping, outline, reading, progress, trial, leftOut, waits } = running;
  const isStopping = stopping !== undefined;
  return (
    <section>
      <h2 id="running">{name}</h2>
      <Stage running={running} />
      {trial && <Trying trial={trial} />}
      {!trial && progress && <Steps progress={progress} />}
      {!trial && !progress && <Reading reading={reading} />}
      <div class="notes">{outline && <OutlineNotes outline={outline} />}</div>
      <LeftOutLine leftOut={leftOut} onShow={() => post({ type: "showLeftOut" })} />
      {/* Before the steps begin, there is nothing to resume. */}
      <Button disabled={isStopping} onClick={() => post({ type: "pause" })}>
        {outline ? t("Pause") : t("Cancel")}
      </Button>
      {(progress ?? trial) && (
        <Button disabled={isStopping} onClick={() => post({ type: "finish" })}>
          {trial ? t("Skip the rest") : t("Stop and keep the best")}
        </Button>
      )}
      {/* Last, so that no other button moves when this one appears. */}
      {waits === "battery" && <Button onClick={() => post({ type: "trainOnBattery" })}>{t("Train on battery")}</Button>}
    </section>
  );
}

/** A wait for typing is only shown, not announced, because it begins again at every burst of typing. */
function Stage({ running }: { running: TrainingRunning }) {
  const isForTyping = running.waits === "typing";
  return (
    <p class="stage">
      <span class={isForTyping ? "heard" : undefined} aria-live="polite">
        {stageText(running)}
      </span>
      {isForTyping && <span>{t("Waits while you type")}</span>}
    </p>
  );
}

function stageText({ stopping, waits, progress, trial }: TrainingRunning): string {
  if (stopping !== undefined) return t("Stopping…");
  if (waits === "battery") return t("Waits for mains power");
  if (trial) return t("Trained. Measuring whether it helps here…");
  return progress ? t("Training") : t("Reading data and loading the model…");
}

/** The trial on held-out lines after the last step. */
function Trying({ trial: { done, of, etaSeconds } }: { trial: NonNullable<TrainingRunning["trial"]> }) {
  const note = t("Completing held-out lines with and without the adapter: {0} of {1}", done, of);
  return <Counted share={shareOf(done, of)} note={note} etaSeconds={etaSeconds} />;
}

function Reading({ reading }: { reading: TrainingRunning["reading"] }) {
  if (!reading) return <ProgressBar share={undefined} labelledBy="running" />;
  const { examples, of, etaSeconds } = reading;
  return <Counted share={shareOf(examples, of)} note={t("Example {0} of {1}", examples, of)} etaSeconds={etaSeconds} />;
}

function Counted({ share, note, etaSeconds }: { share: number; note: string; etaSeconds: number }) {
  return (
    <>
      <ProgressBar share={share} labelledBy="running" />
      <p class="note">{note}</p>
      <Figures>
        <Figure term={t("Time left")} value={duration(etaSeconds)} />
      </Figures>
    </>
  );
}

function Steps({ progress }: { progress: NonNullable<TrainingRunning["progress"]> }) {
  const { step, steps, curves, validation, tokensPerSecond, etaSeconds } = progress;
  return (
    <>
      <ProgressBar share={shareOf(step, steps)} labelledBy="running" />
      <p class="note">{t("Step {0} of {1}", step, steps)}</p>
      <LossChart curves={curves} steps={steps} />
      <Figures>
        <Figure term={t("Loss")} value={loss(progress.loss)} />
        <ValidationFigure validation={validation} />
        <Figure term={t("Speed")} value={t("{0} tokens/s", Math.round(tokensPerSecond).toLocaleString())} />
        <Figure term={t("Time left")} value={duration(etaSeconds)} />
      </Figures>
    </>
  );
}

function OutlineNotes({ outline }: { outline: NonNullable<TrainingRunning["outline"]> }) {
  const { raised, problems } = outline;
  return (
    <>
      <p class="note">
        {raised ? t("Little data, so it is repeated: {0}.", lengthText(outline)) : passesText(outline)}
      </p>
      <ProblemsNote problems={problems} />
    </>
  );
}
