/**
 * The messages between the editor and its engine processes: one file for each process, but three for the library process: library.ts,
 * adapters.ts and snippets.ts. No other message crosses the border.
 *
 * They define shapes only: wire.ts translates errors and cancellation, servers/ answer. The answering side checks requests against their
 * schemas. Both ends are built together, so there are no versions.
 */

import { NotificationType, type NotificationType0, type RequestType } from "vscode-jsonrpc/node";
import type { ErrorData } from "../wire.ts";

/** The role of a process: its only command-line argument. */
export type Role = "completion" | "library" | "repository" | "training" | "import" | "evaluation" | "probe";

/** A long piece of work: the role of its process, and its messages. */
export interface Work<Options, Result, Progress> {
  role: Role;
  request: RequestType<Options, Result, ErrorData>;
  progress: NotificationType<Progress>;
  /** Asks it to end early with its results so far, if it can. */
  finish?: NotificationType0;
  /** Make it wait, and go on. */
  hold?: Readonly<Record<"wait" | "go", NotificationType0>>;
}

export interface LogMessage {
  level: "debug" | "info" | "warn" | "error";
  message: string;
}

export const logged = new NotificationType<LogMessage>("log");
