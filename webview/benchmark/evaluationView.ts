/** The evaluation that runs: how far it is, what it predicts, how to stop it; or how it ended without a result. */

import type { EvaluationState, FromBenchmark } from "../protocol.ts";
import { h } from "../shared/dom.ts";
import { duration } from "../shared/figures.ts";
import { t } from "../shared/l10n.ts";

export interface EvaluationView {
  element: HTMLElement;
  update(state: EvaluationState): void;
}

export function createEvaluationView(post: (message: FromBenchmark) => void): EvaluationView {
  const element = h("div", { class: "card evaluation", hidden: true });
  const button = (text: string, type: "cancel" | "dismiss" | "showLog"): HTMLButtonElement =>
    h("button", { type: "button", class: "secondary", on: { click: () => post({ type }) } }, text);
  const actions = (...buttons: HTMLButtonElement[]): HTMLElement => h("div", { class: "actions" }, ...buttons);

  const title = h("h3", { id: "evaluating" });
  const stage = h("p", { class: "stage", "aria-live": "polite" });
  const bar = h("progress", { "aria-labelledby": "evaluating", max: 1 });
  const figures = h("p", { class: "note" });
  const intent = h("p", { class: "note" });
  const prediction = h("pre", { class: "prediction" });
  const last = h("div", { class: "last", "aria-hidden": "true" }, intent, prediction);
  const cancel = button(t("Cancel"), "cancel");
  const running = [title, stage, bar, figures, last, actions(cancel)];

  let shown: EvaluationState["phase"] = "idle";
  return {
    element,
    update(state) {
      element.hidden = state.phase === "idle";
      if (state.phase === "running") {
        const { progress } = state;
        title.textContent = progress?.contender ?? t("Evaluation");
        const text = described(state);
        if (stage.textContent !== text) stage.textContent = text; // Said again at every task otherwise.
        if (progress) bar.value = progress.total > 0 ? progress.done / progress.total : 0;
        else bar.removeAttribute("value"); // Indeterminate.
        figures.textContent = progress ? told(progress) : "";
        last.hidden = progress?.last === undefined;
        intent.textContent = progress?.last?.intent ?? "";
        prediction.textContent = progress?.last?.prediction ?? "";
        cancel.disabled = state.cancelling;
        if (shown !== "running") element.replaceChildren(...running);
      } else if (state.phase === "cancelled" && shown !== "cancelled") {
        element.replaceChildren(
          h("p", { role: "status" }, t("Stopped. What is predicted is kept: the same choices go on from there.")),
          actions(button(t("Dismiss"), "dismiss")),
        );
      } else if (state.phase === "failed" && shown !== "failed") {
        element.replaceChildren(
          h("p", { role: "alert", class: "problem" }, state.message),
          h("p", {}, state.nextStep),
          actions(button(t("Dismiss"), "dismiss"), button(t("Show log"), "showLog")),
        );
      }
      shown = state.phase;
    },
  };
}

type Running = Extract<EvaluationState, { phase: "running" }>;

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
