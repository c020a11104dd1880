/** "Graft: Set up CUDA": asks, downloads ONNX Runtime's CUDA libraries, and starts the engine with them. */

import * as vscode from "vscode";
import { cudaVersion, cudaWheel, leastDriver, wantedLibraries } from "../../core/devices/cuda/cudaLibraries.ts";
import { UserError, isCancelled } from "../../core/foundation/errors.ts";
import { verbatim } from "../../core/foundation/words/said.ts";
import type { BasePlaces } from "../../core/baseModels/resolveBase.ts";
import { installCudaWork } from "../../engine/protocol/import.ts";
import { workApart } from "../../engine/workApart.ts";
import { readHubSettings } from "../baseModels/hubSettings.ts";
import type { Engine } from "../completion/engine.ts";
import type { Messages } from "../messages.ts";

export interface SetUpCudaOptions {
  /** The engine's bundle. */
  entry: string;
  places: BasePlaces;
  engine: Pick<Engine, "restart">;
  messages: Messages;
  secrets: vscode.SecretStorage;
  log: vscode.LogOutputChannel;
}

export async function setUpCuda({ entry, places, engine, messages, secrets, log }: SetUpCudaOptions): Promise<void> {
  const { t } = vscode.l10n;
  const platform = `${process.platform}-${process.arch}`;
  if (platform !== "linux-x64") {
    const message = t("Cannot set up CUDA on {0}: ONNX Runtime has CUDA libraries for linux-x64 only.", platform);
    throw new UserError(
      "platform-unsupported",
      verbatim(message),
      verbatim(t("Set graft.device to directml (Windows) or webgpu instead.")),
    );
  }
  const megabytes = Math.round(cudaWheel.size / 1e6);
  const title = t("Download ONNX Runtime {0} for CUDA ({1} MB)?", cudaVersion, megabytes);
  const detail = [
    t("From {0}. Licence: {1}.", cudaWheel.host, cudaWheel.licence),
    t("It needs NVIDIA's driver {0} or newer, and {1}.", leastDriver, wantedLibraries),
  ].join("\n\n");
  const download = t("Download");
  if ((await vscode.window.showInformationMessage(title, { modal: true, detail }, download)) !== download) return;
  try {
    const asked = { home: places.home, hub: await readHubSettings(secrets) };
    const progress = { location: vscode.ProgressLocation.Notification, title: t("Setting up CUDA"), cancellable: true };
    await vscode.window.withProgress(progress, async (shown, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      let before = 0;
      const onProgress = ({ done, total }: { done: number; total: number }): void => {
        shown.report({ increment: (100 * (done - before)) / total, message: `${Math.round(done / 1e6)} MB` });
        before = done;
      };
      await workApart(installCudaWork, asked, { entry, log }, { signal: controller.signal, onProgress });
    });
  } catch (error) {
    if (isCancelled(error)) return;
    throw error;
  }
  messages.tell("info", t("CUDA is set up. Graft measures it in the background, and uses it where it is faster."));
  await engine.restart();
}
