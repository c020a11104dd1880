/** How the last training ended, and what to do now. */

import type { FromTraining, TrainingState } from "../protocol.ts";
import { h } from "../shared/dom.ts";
import { t } from "../shared/l10n.ts";
import { duration } from "../shared/figures.ts";
import { leftOutLine } from "./leftOut.ts";
import { figure, validationFigure } from "./progress.ts";

export type Ended = Extract<TrainingState, { phase: "done" | "failed" | "cancelled" }>;

export interface OutcomeView {
  element: HTMLElement;
  update(state: Ended): void;
}

export function createOutcome(post: (message: FromTraining) => void): OutcomeView {
  const element = h("section", { class: "outcome" });
  const button = (
    label: string,
    type: "resume" | "dismiss" | "selectAdapter" | "showLog",
    style: string,
  ): HTMLElement => h("button", { type: "button", class: style, on: { click: () => post({ type }) } }, label);
  const back = (resumable: boolean, style: string): HTMLElement =>
    button(resumable ? t("Discard it") : t("Back to the form"), "dismiss", style);
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
            ...(state.resumable ? [button(t("Resume"), "resume", "primary")] : []),
            back(state.resumable, state.resumable ? "secondary" : "primary"),
            button(t("Show log"), "showLog", "secondary"),
          );
          return;
        case "cancelled":
          element.append(
            said(state.resumable ? t("Cancelled. What it has learnt so far is kept.") : t("Cancelled.")),
            ...(state.resumable ? [button(t("Resume"), "resume", "primary")] : []),
            back(state.resumable, "secondary"),
          );
      }
    },
  };
}
