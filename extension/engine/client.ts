/**
 * The editor's completion engine: one process that starts on demand.
 *
 * Knows nothing of VS Code; the caller decides how to report a crash.
 */

import type { Prepared } from "../core/completion/completer.ts";
import type { Completion } from "../core/completion/result/completion.ts";
import type { CompletionRequest } from "../core/completion/completionRequest.ts";
import type { ShownPrompt } from "../core/completion/context/shownPrompt.ts";
import { createEngineLives, type EngineLivesOptions } from "./engineLives.ts";
import type { EngineState } from "./engineState.ts";
import {
  completeRequest,
  explainRequest,
  prepareRequest,
  type Selected,
  type Selection,
} from "./protocol/completion.ts";
import { untilAborted } from "./wire.ts";

export interface CompletionClient {
  /** Process id while the engine runs. */
  readonly pid: number | undefined;
  readonly state: EngineState;
  /** Sets base and adapters for this and every later process. Starts the engine. */
  select(selection: Selection, signal?: AbortSignal): Promise<Selected>;
  /** @throws UserError "engine-stopped" if the engine ends meanwhile; onCrash reports the crash. */
  complete(request: CompletionRequest, signal?: AbortSignal): Promise<Completion>;
  /** Reads a prompt ahead. Does nothing unless a base is ready. */
  prepare(request: CompletionRequest, signal?: AbortSignal): Promise<Prepared | undefined>;
  /** Returns what the model reads for this request; null unless a base is ready. */
  explain(request: CompletionRequest): Promise<ShownPrompt | null>;
  /** Ends the process and starts another with `selection`, even after too many crashes. */
  restart(selection: Selection): Promise<Selected>;
  dispose(): void;
}

export function createCompletionClient(options: EngineLivesOptions): CompletionClient {
  const lives = createEngineLives(options);
  return {
    get pid() {
      return lives.current?.process.pid;
    },
    get state() {
      return lives.state;
    },
    async select(next, signal) {
      lives.choose(next, false);
      const before = lives.current;
      const current = await lives.alive(signal);
      // A process that has just started already has this selection.
      if (current === before) lives.reselect(current);
      return untilAborted(current.selected, signal);
    },
    async complete(request, signal) {
      const current = await lives.alive(signal);
      await untilAborted(current.selected, signal);
      return current.process.request(completeRequest, request, signal);
    },
    async prepare(request, signal) {
      if (lives.state.phase !== "ready") return undefined;
      return await lives.current?.process.request(prepareRequest, request, signal);
    },
    async explain(request) {
      if (lives.state.phase !== "ready") return null;
      return (await lives.current?.process.request(explainRequest, request)) ?? null;
    },
    async restart(next) {
      lives.end();
      lives.choose(next, true);
      return (await lives.alive()).selected;
    },
    dispose() {
      lives.dispose();
    },
  };
}
