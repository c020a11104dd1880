/** The import of a base, at most one at a time. A separate process does it; the caller keeps the state. */

import * as vscode from "vscode";
import type { ImportProgress } from "../../core/baseModels/import/importSource.ts";
import type { BasePlaces } from "../../core/baseModels/resolveBase.ts";
import { isCancelled } from "../../core/foundation/errors.ts";
import { importWork, type Imported } from "../../engine/protocol/import.ts";
import { workApart } from "../../engine/workApart.ts";
import type { ImportState } from "../../../webview/protocol/baseModels.ts";
import { explain, type Messages } from "../messages.ts";
import { plainMessage } from "../plainMessage.ts";
import { readHubSettings } from "./hubSettings.ts";

export interface BaseImport {
  /** Imports a folder or a model of the hub. Resolves at the end, whatever the result. */
  add(source: string): Promise<void>;
  cancel(): void;
}

export interface BaseImportOptions {
  /** The engine's bundle. */
  entry: string;
  places: BasePlaces;
  messages: Messages;
  secrets: vscode.SecretStorage;
  log: vscode.LogOutputChannel;
}

export interface BaseImportEvents {
  /** Undefined if no import runs. */
  become: (state: ImportState | undefined) => void;
  onFailure: (error: unknown) => void;
  onImported: (source: string, name: string) => Promise<void>;
}

export function createBaseImport(options: BaseImportOptions, events: BaseImportEvents): BaseImport {
  const { entry, places, messages, secrets, log } = options;
  const { become, onFailure, onImported } = events;
  let running: Extract<ImportState, { phase: "running" }> | undefined;
  let controller: AbortController | undefined;

  const show = (state: NonNullable<typeof running>): void => {
    running = state;
    become(state);
  };
  const cancel = (): void => {
    if (!running) return;
    controller?.abort();
    show({ ...running, cancelling: true });
  };

  const imported = async (source: string, signal: AbortSignal): Promise<Imported> => {
    const hub = await readHubSettings(secrets);
    const request = { source, home: places.home, hub };
    return showingProgress(source, cancel, (report) => {
      const onProgress = (progress: ImportProgress): void => {
        show({ phase: "running", source, cancelling: signal.aborted, progress });
        report(progress);
      };
      return workApart(importWork, request, { entry, log }, { signal, onProgress });
    });
  };

  return {
    async add(source) {
      if (controller) {
        messages.tell("info", vscode.l10n.t("Another base is being imported. Wait until it is finished."));
        return;
      }
      controller = new AbortController();
      show({ phase: "running", source, cancelling: false });
      try {
        const { name, warnings } = await imported(source, controller.signal);
        running = undefined;
        become(undefined);
        for (const warning of warnings) messages.tell("warning", warning);
        await onImported(source, name);
      } catch (error) {
        running = undefined;
        if (isCancelled(error)) return become(undefined);
        become({ phase: "failed", source, ...explain(error) });
        onFailure(error);
      } finally {
        controller = undefined;
      }
    },
    cancel,
  };
}

/** Shows the editor's own progress to users who do not look at the view. */
async function showingProgress<T>(
  source: string,
  cancel: () => void,
  work: (report: (progress: ImportProgress) => void) => Promise<T>,
): Promise<T> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: plainMessage(vscode.l10n.t("Importing {0}", source)),
    cancellable: true,
  };
  return vscode.window.withProgress(options, (progress, token) => {
    token.onCancellationRequested(cancel);
    return work(({ stage, done, total }) => {
      const percent = Math.floor((100 * done) / total);
      const message =
        stage === "download"
          ? vscode.l10n.t("downloading, {0} %", percent)
          : vscode.l10n.t("converting, {0} %", percent);
      progress.report({ message });
    });
  });
}
