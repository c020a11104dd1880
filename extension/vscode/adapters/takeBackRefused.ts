/**
 * Reverts a choice of adapters that completion cannot use, whoever made it, to the adapters that were in use before. The engine reports the
 * reason.
 */

import { isDeepStrictEqual } from "node:util";
import type * as vscode from "vscode";
import type { ChosenAdapter } from "../../core/adapters/chosenAdapters.ts";
import { UserError } from "../../core/foundation/errors.ts";
import type { Engine } from "../completion/engine.ts";
import type { Configuration } from "../configuration.ts";
import type { Messages } from "../messages.ts";
import type { AdapterLibrary } from "./adapterLibrary.ts";

export interface TakeBackOptions {
  engine: Pick<Engine, "onDidChangeState">;
  library: Pick<AdapterLibrary, "active" | "activate">;
  configuration: Pick<Configuration, "get">;
  /** During a comparison the engine has the adapters of its arms. */
  comparing: { readonly isRunning: boolean };
  messages: Pick<Messages, "reporting">;
}

export function takeBackRefused(options: TakeBackOptions, subscriptions: vscode.Disposable[]): void {
  const { engine, library, configuration, comparing, messages } = options;
  /** The base and adapters that last completed in this window. At first, the adapters in use when it opens, and no base yet. */
  let served: { base?: string; adapters: readonly ChosenAdapter[] } = { adapters: library.active };
  subscriptions.push(
    engine.onDidChangeState(
      messages.reporting(async (state) => {
        if (comparing.isRunning) return;
        const now = { base: configuration.get("base"), adapters: library.active };
        if (state.phase === "ready") served = now;
        if (state.phase !== "failed" || isDeepStrictEqual(now.adapters, served.adapters)) return;
        if (now.base === served.base || isOfAdapters(state.error)) await library.activate(served.adapters);
      }),
    ),
  );
}

/** Whether the adapters are refused, and not the base, which may have been chosen since. */
function isOfAdapters(error: unknown): boolean {
  return error instanceof UserError && error.code.startsWith("adapter-");
}
