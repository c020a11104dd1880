/** The editor's requests to the completion process, and that process's messages to the editor. */

import { NotificationType, RequestType } from "vscode-jsonrpc/node";
import type { Said } from "../../core/foundation/words/said.ts";
import type { BasePlaces } from "../../core/baseModels/resolveBase.ts";
import type { Prepared } from "../../core/completion/completer.ts";
import type { Completion } from "../../core/completion/result/completion.ts";
import type { CompletionRequest } from "../../core/completion/completionRequest.ts";
import type { ShownPrompt } from "../../core/completion/context/shownPrompt.ts";
import type { Device, DeviceChoice } from "../../core/runtime/device.ts";
import type { ErrorData } from "../wire.ts";
import type { Foreign } from "./library.ts";

/**
 * The selection that completion runs on. It is the only state of a process; the client sends it again after a restart.
 */
export interface Selection extends BasePlaces {
  /** The device to compute on; if absent, the fastest known one. */
  device?: DeviceChoice;
  /** Devices on which an earlier process has just died. */
  without?: readonly Device[];
  /** The name of an installed base, or a folder; empty for the embedded one. */
  base: string;
  adapters: readonly { folder: string; scale: number }[];
}

export interface Selected {
  /** Name of the base that is now in use. */
  base: string;
  parameters: number;
  /** The most tokens of other files in front of a file. */
  contextTokens: number;
  milliseconds: number;
  device: Device;
  /** The base of the first adapter that was trained on another base, or on other weights of the same name. */
  foreign?: Foreign;
  /** The selected folder, if it has not been imported: `base` is then the embedded one, which completes meanwhile. */
  notImported?: string;
}

/** Opens the base if it changed, then swaps the adapters. */
export const selectRequest = new RequestType<Selection, Selected, ErrorData>("completion/select");

/** The process is about to open a device, which may end it. It waits for the answer, so that the editor knows why. */
export const deviceOpens = new RequestType<{ device: Device }, null, ErrorData>("completion/deviceOpens");

/** A device has failed, and completions continue on another one. */
export const deviceFails = new NotificationType<DeviceFallback>("completion/deviceFails");

/** Another device turned out to be faster. Sending the selection again moves completions to it. */
export const deviceFound = new NotificationType<{ device: Device }>("completion/deviceFound");

export interface DeviceFallback {
  device: Device;
  next: Device;
  reason: Said;
}

export const completeRequest = new RequestType<CompletionRequest, Completion, ErrorData>("completion/complete");

/** Reads the prompt of a request that may follow. Every other request ends it. */
export const prepareRequest = new RequestType<CompletionRequest, Prepared, ErrorData>("completion/prepare");

/** Returns what the model reads for a request; null if no base is open. */
export const explainRequest = new RequestType<CompletionRequest, ShownPrompt | null, ErrorData>("completion/explain");
