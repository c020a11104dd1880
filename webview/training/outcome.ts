/** How the last training ended, and what to do now. */

import type { FromTraining, TrainingState } from "../protocol.ts";
import { h } from "../shared/dom.ts";
import { t } from "../shared/l10n.ts";
import { duration } from "../shared/figures.ts";
import { leftOutLine } from "./leftOut.ts";
import { figure, problemsNote, validationFigure } from "./progress.ts";

export type Ended = Extract<TrainingState, { phase: "done" | "failed" | "cancelled" }>;

export interface OutcomeView {
  element: HTMLElement;
  update(state: Ended): void;
}

export function createOutcome(post: (message: FromTraining) => void): OutcomeView {
  const element = h("section", { class: "outcome" });
  const button = (
    label: string,
    message: FromTraining | "dismiss" | "selectAdapter" | "showLog",
    style: string,
  ): HTMLElement => {
    const sent = typeof message === "string" ? { type: message } : message;
    return h("button", { type: "button", class: style, on: { click: () => post(sent) } }, label);
  };
  const back = (style: string): HTMLElement => button(t("Back to the form"), "dismiss", style);
  const ways = (name: string, resumable: boolean): HTMLElement[] =>
    resumable
      ? [
          button(t("Resume"), { type: "resume", name }, "primary"),
          button(t("Discard"), { type: "discard", name }, "secondary"),
          back("secondary"),
        ]
      : [back("primary")];
  const said = (text: string): HTMLElement => h("p", { role: "status" }, text);

  return {
    element,
    update(state) {
      element.dataset["phase"] = state.phase;
      element.replaceChildren(h("h2", {}, state.name));
      switch (state.phase) {
        case "done":
          element.append(
            said(state.active ? t('Trained. "{0}" is the active adapter now.', state.name) : t("Trained.")),
            ...stoppedNote(state.steps, state.plannedSteps),
            ...problemsNote(state.problems),
            h(
              "dl",
              { class: "figures" },
              ...validationFigure(state.validation),
              ...figure(t("Took"), duration(state.seconds)),
            ),
            ...leftOutLine(state.leftOut, post),
            button(t("Train another"), "dismiss", "primary"),
            button(t("Select adapter"), "selectAdapter", "secondary"),
          );
          return;
        case "failed":
          element.append(
            h("p", { role: "alert", class: "problem" }, state.message),
            h("p", {}, state.nextStep),
            ...leftOutLine(state.leftOut, post),
            ...ways(state.name, state.resumable),
            button(t("Show log"), "showLog", "secondary"),
          );
          return;
        case "cancelled":
          element.append(
            said(state.resumable ? t("Paused. It resumes from here, whatever you edit meanwhile.") : t("Cancelled.")),
            ...ways(state.name, state.resumable),
          );
      }
    },
  };
}

function stoppedNote(steps: number, plannedSteps: number): HTMLElement[] {
  if (steps >= plannedSteps) return [];
  return [h("p", { class: "note" }, t("Stopped after step {0} of {1}, with the best so far.", steps, plannedSteps))];
}
