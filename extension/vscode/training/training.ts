/**
 * The one training of this window: starts it in its own process, follows it, and makes the new adapter the active one.
 *
 * Shows nothing: the training view and the status bar look at its state.
 */

import { join } from "node:path";
import * as vscode from "vscode";
import { isCancelled, UserError } from "../../core/foundation/errors.ts";
import type { TrainProgress } from "../../core/training/train.ts";
import { discardTrainingRequest, trainWork } from "../../engine/protocol.ts";
import { workApart } from "../../engine/workApart.ts";
import type { TrainingForm, TrainingRunning, TrainingState } from "../../../webview/protocol.ts";
import type { Engine } from "../completion/engine.ts";
import { explain, type Messages } from "../messages.ts";
import { createLeftOutList } from "../leftOutList.ts";
import { lossHistory } from "./lossHistory.ts";
import { parseTrainingForm } from "./trainingMessages.ts";
import { trainOptions, type TrainingPlaces } from "./trainOptions.ts";

export interface Training {
  readonly state: TrainingState;
  readonly onDidChange: vscode.Event<TrainingState>;
  /** Resolves at its end, however it ends; failures are in the state. */
  start(form: TrainingForm): Promise<void>;
  /** Goes on from the last checkpoint of what was cancelled or failed. */
  resume(): Promise<void>;
  cancel(): void;
  /** Opens the list of the files that it does not train on. */
  showLeftOut(): Promise<void>;
  /** Forgets how the last one ended, and the checkpoint that it may have left. */
  dismiss(): Promise<void>;
}

export interface TrainingOptions extends TrainingPlaces {
  /** The engine's bundle. */
  entry: string;
  engine: Engine;
  messages: Messages;
  log: vscode.LogOutputChannel;
  /** Of the workspace. */
  state: vscode.Memento;
}

/** The form of a training that has begun and not ended: what a resume needs, also after the window was closed. */
const unfinishedKey = "graft.unfinishedTraining";

export function createTraining(options: TrainingOptions, subscriptions: vscode.Disposable[]): Training {
  const { entry, engine, library, messages, log } = options;
  const changed = new vscode.EventEmitter<TrainingState>();
  let unfinished = parseTrainingForm(options.state.get(unfinishedKey));
  let state: TrainingState = unfinished ? interrupted(unfinished.name) : { phase: "idle" };
  let controller: AbortController | undefined;
  const leftOut = createLeftOutList(subscriptions);

  const become = (next: TrainingState): void => {
    state = next;
    changed.fire(next);
  };
  const remember = async (form: TrainingForm | undefined): Promise<void> => {
    unfinished = form;
    await options.state.update(unfinishedKey, form);
  };

  const run = async (form: TrainingForm, resume: boolean): Promise<void> => {
    if (controller) return;
    const { signal } = (controller = new AbortController());
    const { name } = form;
    const losses = lossHistory();
    let running: TrainingRunning = { phase: "running", name, cancelling: false };
    leftOut.clear();
    become(running);
    await remember(form);
    try {
      const result = await workApart(
        trainWork,
        await trainOptions(form, resume, options),
        { entry, log },
        {
          signal,
          onProgress: (news) => {
            if ("training" in news) losses.add(news.training.loss);
            if ("skipped" in news) leftOut.add(news.skipped);
            running = {
              ...running,
              cancelling: signal.aborted,
              ...leftOut.counts(),
              ...("training" in news && { progress: shown(news.training, losses.points()) }),
              ...("reading" in news && news),
            };
            become(running);
          },
        },
      );
      await remember(undefined);
      await library.activate(name);
      log.info(`Trained ${name}: ${JSON.stringify(result)}`);
      become({
        phase: "done",
        name,
        active: library.active === name,
        seconds: result.seconds,
        validation: result.validationLoss,
        ...leftOut.counts(),
      });
      const text = vscode.l10n.t('The adapter "{0}" is trained and active.', name);
      messages.tell("info", text);
    } catch (error) {
      // Before the first step there is nothing to go on from.
      const begun = running.progress !== undefined || resume;
      if (isCancelled(error)) become({ phase: "cancelled", name, resumable: begun });
      else {
        const resumable = begun && isResumable(error);
        if (!resumable) await remember(undefined);
        become({ phase: "failed", name, resumable, ...explain(error), ...leftOut.counts() });
        const offer = { title: vscode.l10n.t("Resume"), run: goOn };
        messages.tellError(error, resumable ? [offer] : []);
      }
    } finally {
      controller = undefined;
    }
  };

  const goOn = async (): Promise<void> => {
    if (unfinished) await run(unfinished, true);
  };

  subscriptions.push(changed, { dispose: () => controller?.abort() });

  return {
    get state() {
      return state;
    },
    onDidChange: changed.event,
    start: (form) => run(form, false),
    resume: goOn,
    cancel() {
      if (state.phase !== "running") return;
      controller?.abort();
      become({ ...state, cancelling: true });
    },
    showLeftOut: () => leftOut.show(),
    async dismiss() {
      if (state.phase === "running") return;
      const abandoned = unfinished;
      become({ phase: "idle" });
      await remember(undefined);
      if (!abandoned) return;
      try {
        await engine.ask(discardTrainingRequest, { out: join(library.folder, abandoned.name) });
      } catch (error) {
        log.warn(`What the training of ${abandoned.name} left is still there: ${String(error)}`);
      }
    },
  };
}

function shown(progress: TrainProgress, losses: readonly number[]): NonNullable<TrainingRunning["progress"]> {
  const { step, steps, loss, tokensPerSecond, etaSeconds } = progress;
  return { step, steps, loss, tokensPerSecond, etaSeconds, losses, validation: progress.validationLoss };
}

/** A process that died, or found no room, left its last checkpoint; data or a base that was refused would be refused again. */
function isResumable(error: unknown): boolean {
  return error instanceof UserError && ["engine-stopped", "disk-full", "not-writable"].includes(error.code);
}

function interrupted(name: string): TrainingState {
  return {
    phase: "failed",
    name,
    message: vscode.l10n.t("The training of this adapter has not come to its end."),
    nextStep: vscode.l10n.t("Resume to go on from its last checkpoint."),
    resumable: true,
  };
}
