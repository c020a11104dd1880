/** The training view: shows the form, the training that runs, or how it ended, as the extension's state says. */

import type { FromTraining, ToTraining, TrainingState } from "../protocol.ts";
import { connectToHost } from "../shared/host.ts";
import { createForm, type FormDraft } from "./form.ts";
import { createOutcome } from "./outcome.ts";
import { createProgress } from "./progress.ts";
import { createUnfinished } from "./unfinished.ts";
// oxlint-disable-next-line import/no-unassigned-import -- The build puts the style sheet beside the script.
import "./training.css";

const host = connectToHost<FromTraining, ToTraining, FormDraft>();
const form = createForm(host);
const progress = createProgress(host.post);
const outcome = createOutcome((message) => {
  if (message.type === "discard") form.takeName(message.name); // Free again, and likely to be wanted.
  host.post(message);
});
const unfinished = createUnfinished(host.post);

const main = document.createElement("main");
main.append(unfinished.element);
document.body.append(main);

host.onMessage((message) => {
  switch (message.type) {
    case "state":
      return show(message.state);
    case "unfinished":
      return unfinished.update(message.trainings);
    case "workspace":
      return form.showWorkspace(message);
    case "nameChecked":
      return form.showNameProblem(message.name, message.problem);
    case "paperData":
      return form.showPaperData(message.state);
    case "dataChosen":
      return form.showPath(message.path);
  }
});

function show(state: TrainingState): void {
  const view = viewOf(state);
  main.classList.toggle("busy", state.phase === "running");
  if (view.isConnected) return;
  const hadFocus = main.contains(document.activeElement);
  main.replaceChildren(unfinished.element, view);
  // Whoever pressed a button that is gone now goes on from what replaced it.
  if (hadFocus) view.querySelector<HTMLElement>("button, input")?.focus();
}

function viewOf(state: TrainingState): HTMLElement {
  switch (state.phase) {
    case "idle":
      form.refresh();
      return form.element;
    case "running":
      form.takeName(state.name);
      progress.update(state);
      return progress.element;
    default:
      // What can be resumed keeps its name.
      if (state.phase === "done" || state.resumable) form.forgetName();
      else form.takeName(state.name);
      outcome.update(state);
      return outcome.element;
  }
}

host.post({ type: "ready" });
