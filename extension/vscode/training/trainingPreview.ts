/** Reads the form's data as a training would, in a separate process, for the training view. */

import * as vscode from "vscode";
import { isCancelled } from "../../core/foundation/errors.ts";
import { canInclude } from "../../core/sources/included.ts";
import type { TrainingPreview } from "../../core/training/preview.ts";
import { previewWork } from "../../engine/protocol/training.ts";
import { workApart } from "../../engine/workApart.ts";
import type { PreviewShown, PreviewState, RowProblems, TrainingForm } from "../../../webview/protocol/training.ts";
import { detailed, explain } from "../messages.ts";
import { translated } from "../translated.ts";
import { trainOptions, type TrainingPlaces } from "./trainOptions.ts";

export interface DataPreview {
  readonly state: PreviewState | undefined;
  readonly onDidChange: vscode.Event<PreviewState | undefined>;
  /** Replaces a reading that runs. */
  start(form: TrainingForm): Promise<void>;
  /** Ends a reading, and forgets its result. */
  clear(): void;
}

export interface PreviewOptions extends TrainingPlaces {
  /** The engine's bundle. */
  entry: string;
  log: vscode.LogOutputChannel;
}

export function createDataPreview(options: PreviewOptions, subscriptions: vscode.Disposable[]): DataPreview {
  const { entry, log } = options;
  const changed = new vscode.EventEmitter<PreviewState | undefined>();
  let state: PreviewState | undefined;
  let running: AbortController | undefined;
  const become = (next: PreviewState | undefined): void => {
    state = next;
    changed.fire(next);
  };
  subscriptions.push(changed, { dispose: () => running?.abort() });

  return {
    get state() {
      return state;
    },
    onDidChange: changed.event,
    async start(form) {
      running?.abort();
      const own = (running = new AbortController());
      const tell = (next: PreviewState): void => {
        if (running === own) become(next);
      };
      tell({ phase: "running" });
      try {
        const found = await workApart(
          previewWork,
          await trainOptions(form, options),
          { entry, log },
          {
            signal: own.signal,
            onProgress: (reading) => tell({ phase: "running", reading }),
          },
        );
        tell({ phase: "done", ...shownPreview(found) });
      } catch (error) {
        if (isCancelled(error)) return;
        log.error(detailed(error));
        tell({ phase: "failed", ...explain(error) });
      }
    },
    clear() {
      running?.abort();
      running = undefined;
      become(undefined);
    },
  };
}

/** Rows that could not be used, as pages show them. */
export function shownProblems({ count, first }: TrainingPreview["problems"]): RowProblems {
  return { count, first: first ? translated(first) : "" };
}

/** Left-out files that a page lists; the others are counted. */
const listed = 500;

function shownPreview({ parts, problems, ...found }: TrainingPreview): PreviewShown {
  const { sequences, heldOut, steps, examples } = found;
  const all = parts.flatMap(({ skipped }) => skipped);
  return {
    files: parts.reduce((sum, part) => sum + part.examples, 0),
    tokens: parts.reduce((sum, part) => sum + part.tokens, 0),
    sequences,
    heldOut,
    steps,
    problems: shownProblems(problems),
    examples,
    leftOut: all.slice(0, listed).map((file) => ({ ...file, canInclude: canInclude(file) })),
    moreLeftOut: Math.max(0, all.length - listed),
  };
}
