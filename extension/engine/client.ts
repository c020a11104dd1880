/**
 * The editor's completion engine: one process that is always there when it is asked.
 *
 * Knows nothing of VS Code: who is told about a crash, and how, is the caller's business.
 */

import type { Completion } from "../core/completion/completer.ts";
import type { CompletionRequest } from "../core/completion/completionRequest.ts";
import { createEngineLives, type EngineLivesOptions } from "./engineLives.ts";
import type { EngineState } from "./engineState.ts";
import { completeRequest, type Selected, type Selection } from "./protocol.ts";
import { untilAborted } from "./wire.ts";

export interface CompletionClient {
  /** Process id while one runs. */
  readonly pid: number | undefined;
  readonly state: EngineState;
  /** Sets base and adapters, for now and for every later process. Starts the engine. */
  select(selection: Selection, signal?: AbortSignal): Promise<Selected>;
  /** @throws UserError "engine-stopped" if the engine ends meanwhile; the crash is told through onCrash. */
  complete(request: CompletionRequest, signal?: AbortSignal): Promise<Completion>;
  /** Ends the process and starts another with `selection`, also after too many crashes. */
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
      // A process that was started just now was started with this selection.
      if (current === before) lives.reselect(current, next);
      return untilAborted(current.selected, signal);
    },
    async complete(request, signal) {
      const current = await lives.alive(signal);
      await untilAborted(current.selected, signal);
      return current.process.request(completeRequest, request, signal);
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
