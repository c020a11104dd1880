/** The benchmark panel: a form, the evaluation that runs, the runs, and a comparison, as the extension's state says. */

import type { BenchmarkState, FromBenchmark, ToBenchmark } from "../protocol.ts";
import { h } from "../shared/dom.ts";
import { connectToHost } from "../shared/host.ts";
import { t } from "../shared/l10n.ts";
import { createComparisonView } from "./comparisonView.ts";
import { createEvaluationView } from "./evaluationView.ts";
import { createForm, type FormDraft } from "./form.ts";
import { createRunsView } from "./runsView.ts";
// oxlint-disable-next-line import/no-unassigned-import -- The build puts the style sheet beside the script.
import "./benchmark.css";

const host = connectToHost<FromBenchmark, ToBenchmark, FormDraft>();
const form = createForm(host);
const evaluation = createEvaluationView(host.post);
const comparison = createComparisonView(host.post);
const runs = createRunsView(host.post);
const base = h("p", { class: "note" });
const start = h("div", { class: "part" }, h("h2", {}, t("New evaluation")), base, form.element);

document.body.append(
  h("main", { "aria-label": t("Benchmark") }, start, evaluation.element, runs.element, comparison.element),
);

host.onMessage((message) => {
  switch (message.type) {
    case "fileChosen":
      return form.showFile(message.what, message.path);
    case "paperData":
      return form.showPaperData(message.state);
    case "state":
      return show(message.state);
  }
});

function show(state: BenchmarkState): void {
  const hadFocus = hasUsableFocus();
  const isRunning = state.evaluation.phase === "running";
  start.hidden = isRunning;
  base.textContent = state.base === undefined ? "" : t("The base in use is {0}.", state.base);
  form.update(state);
  evaluation.update(state.evaluation);
  runs.update(state);
  comparison.update(state);
  // What was pressed is gone, or off for now: go on from what it has led to.
  if (hadFocus && !hasUsableFocus()) {
    const next = state.evaluation.phase === "idle" ? form.element : evaluation.element;
    next.querySelector<HTMLElement>("button:enabled, select")?.focus();
  }
}

function hasUsableFocus(): boolean {
  return document.activeElement?.matches(":enabled:not([hidden] *)") ?? false;
}

host.post({ type: "ready" });
