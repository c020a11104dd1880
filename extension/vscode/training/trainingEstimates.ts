/** Asks the library process what the form's training would take. Keeps no state but the last question. */

import type * as vscode from "vscode";
import { isCancelled, UserError } from "../../core/foundation/errors.ts";
import type { LibraryProcess } from "../../engine/libraryProcess.ts";
import { estimateRequest } from "../../engine/protocol/training.ts";
import type { EstimateState } from "../../../webview/protocol/estimate.ts";
import type { TrainingForm } from "../../../webview/protocol/training.ts";
import { detailed, explain } from "../messages.ts";
import { trainOptions, type TrainingPlaces } from "./trainOptions.ts";

export interface TrainingEstimates {
  /** Undefined if a newer question has replaced this one. */
  of(form: TrainingForm): Promise<EstimateState | undefined>;
}

export interface EstimatesOptions extends TrainingPlaces {
  libraryProcess: LibraryProcess;
  log: vscode.LogOutputChannel;
}

export function createEstimates(options: EstimatesOptions, subscriptions: vscode.Disposable[]): TrainingEstimates {
  const { libraryProcess, log } = options;
  let last = new AbortController();
  subscriptions.push({ dispose: () => last.abort() });
  return {
    async of(form) {
      last.abort();
      const own = (last = new AbortController());
      try {
        const found = await libraryProcess.ask(estimateRequest, await trainOptions(form, options), own.signal);
        if (own.signal.aborted) return undefined;
        const { steps, epochs, balancedSteps, seconds, trialSeconds, memoryBytes, diskBytes } = found;
        return {
          phase: "done",
          steps,
          epochs,
          memoryBytes,
          diskBytes,
          ...(balancedSteps !== undefined && { balancedSteps }),
          ...(seconds !== undefined && { seconds }),
          ...(trialSeconds !== undefined && { trialSeconds }),
        };
      } catch (error) {
        if (own.signal.aborted || isCancelled(error)) return undefined;
        log.warn(`No estimate: ${detailed(error)}`);
        return { phase: "failed", ...explain(error), isRefusal: isRefusal(error) };
      }
    },
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof UserError && (error.code === "training-too-large" || error.code === "disk-full");
}
