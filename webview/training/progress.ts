/** The training that runs: bar, loss, speed, time left, and the way to stop it. */

import type { FromTraining, RowProblems, TrainingRunning, Validation } from "../protocol.ts";
import { h } from "../shared/dom.ts";
import { t } from "../shared/l10n.ts";
import { sparkline } from "../shared/sparkline.ts";
import { duration, loss } from "../shared/figures.ts";
import { leftOutLine } from "./leftOut.ts";

export interface ProgressView {
  element: HTMLElement;
  update(state: TrainingRunning): void;
}

export function createProgress(post: (message: FromTraining) => void): ProgressView {
  const title = h("h2", { id: "running" });
  const stage = h("p", { class: "stage", "aria-live": "polite" });
  const steps = h("p", { class: "note" });
  const bar = h("progress", { "aria-labelledby": "running", max: 1 });
  const curve = h("div", { class: "curve" });
  const figures = h("dl", { class: "figures" });
  const leftOut = h("div");
  let shownLeftOut: string | undefined;
  const notes = h("div", { class: "notes" });
  const pause = h("button", { type: "button", class: "secondary", on: { click: () => post({ type: "pause" }) } });
  const finish = h(
    "button",
    { type: "button", class: "secondary", on: { click: () => post({ type: "finish" }) } },
    t("Stop and keep the best"),
  );

  const showReading = (reading: TrainingRunning["reading"]): void => {
    if (reading) bar.value = reading.examples / reading.of;
    else bar.removeAttribute("value"); // Indeterminate.
    steps.textContent = reading ? t("Example {0} of {1}", reading.examples, reading.of) : "";
    figures.replaceChildren(...(reading ? figure(t("Time left"), duration(reading.etaSeconds)) : []));
  };

  return {
    element: h("section", {}, title, stage, bar, steps, curve, figures, notes, leftOut, pause, finish),
    update({ name, stopping, outline, reading, progress, leftOut: files }) {
      title.textContent = name;
      if (shownLeftOut !== JSON.stringify(files)) {
        shownLeftOut = JSON.stringify(files);
        leftOut.replaceChildren(...leftOutLine(files, post));
      }
      const text = stopping ? t("Stopping…") : progress ? t("Training") : t("Reading data and loading the model…");
      if (stage.textContent !== text) stage.textContent = text; // Said again at every step otherwise.
      // Before its steps begin there is nothing to go on from.
      pause.textContent = outline ? t("Pause") : t("Cancel");
      pause.disabled = finish.disabled = stopping !== undefined;
      finish.hidden = !progress;
      notes.replaceChildren(...(outline ? outlineNotes(outline) : []));
      if (!progress) {
        showReading(reading);
        curve.replaceChildren();
        return;
      }
      bar.value = progress.steps > 0 ? progress.step / progress.steps : 0;
      steps.textContent = t("Step {0} of {1}", progress.step, progress.steps);
      curve.replaceChildren(...(progress.losses.length > 1 ? [sparkline(progress.losses)] : []));
      figures.replaceChildren(
        ...figure(t("Loss"), loss(progress.loss)),
        ...validationFigure(progress.validation),
        ...figure(t("Speed"), t("{0} tokens/s", Math.round(progress.tokensPerSecond).toLocaleString())),
        ...figure(t("Time left"), duration(progress.etaSeconds)),
      );
    },
  };
}

function outlineNotes({ raised, epochs, steps, problems }: NonNullable<TrainingRunning["outline"]>): HTMLElement[] {
  const text = t("Little data: {0} passes over it, to make {1} steps.", Number(epochs.toFixed(1)), steps);
  return [...(raised ? [h("p", { class: "note" }, text)] : []), ...problemsNote(problems)];
}

/** Which rows could not be used. */
export function problemsNote({ count, first }: RowProblems): HTMLElement[] {
  if (count === 0) return [];
  const text =
    count === 1
      ? t("1 row of the data could not be used. {0}", first)
      : t("{0} rows of the data could not be used. The first: {1}", count, first);
  return [h("p", { class: "note" }, text)];
}

export function validationFigure(validation: Validation | undefined): HTMLElement[] {
  if (!validation) return [];
  return figure(t("Validation"), `${loss(validation.before)} → ${loss(validation.best)}`);
}

export function figure(term: string, value: string): HTMLElement[] {
  return [h("dt", {}, term), h("dd", {}, value)];
}
