/**
 * The state of the completion engine, and its transition at each event: a value, without processes or a clock.
 *
 *     asleep ──select──▶ loading ──selected──▶ ready
 *                          │  ▲                  │
 *                   refused│  │started    crashed│      a crash also leads out of loading and out of failed
 *                          ▼  │                  ▼
 *                       failed └──────────── restarting, or failed after too many crashes
 *
 * A new selection leads to loading from every state.
 */

import { UserError } from "../core/foundation/errors.ts";
import { say, type Said } from "../core/foundation/words/said.ts";
import type { Selected } from "./protocol/completion.ts";

export type EngineState =
  /** No request has arrived yet. */
  | { phase: "asleep" }
  | { phase: "loading" }
  | { phase: "ready"; selected: Selected }
  /** Its process ended unexpectedly; another one starts automatically. */
  | { phase: "restarting"; reason: Said }
  /** The base or an adapter cannot be opened; or, with code "engine-stopped", it crashed too often. */
  | { phase: "failed"; error: unknown };

export interface Standing {
  readonly state: EngineState;
  /** Times in milliseconds of the crashes that count, oldest first. */
  readonly crashes: readonly number[];
}

export type EngineEvent =
  /** `isFresh`: a restart by the user, or another base or adapter, to which earlier crashes do not apply. */
  | { type: "select"; isFresh: boolean }
  /** A new process takes over after a crash. */
  | { type: "started" }
  | { type: "selected"; selected: Selected }
  | { type: "refused"; error: unknown }
  | { type: "crashed"; reason: Said; at: number };

/** A base may run for minutes before it uses up the memory, so crashes count for an hour. */
const crashWindow = 60 * 60_000;
const crashLimit = 5;

export const asleep: Standing = { state: { phase: "asleep" }, crashes: [] };

export function advance(standing: Standing, event: EngineEvent): Standing {
  const { crashes } = standing;
  switch (event.type) {
    case "select": {
      const next: Standing = { state: { phase: "loading" }, crashes: event.isFresh ? [] : crashes };
      return isStopped(next) ? standing : next;
    }
    case "started":
      return { state: { phase: "loading" }, crashes };
    case "selected":
      return { state: { phase: "ready", selected: event.selected }, crashes };
    case "refused":
      return { state: { phase: "failed", error: event.error }, crashes };
    case "crashed": {
      const counted = [...crashes.filter((time) => event.at - time < crashWindow), event.at];
      const { reason } = event;
      if (counted.length < crashLimit) return { state: { phase: "restarting", reason }, crashes: counted };
      return { state: { phase: "failed", error: stoppedForGood(reason) }, crashes: counted };
    }
  }
}

/** Whether it crashed too often to restart automatically. */
export function isStopped({ crashes }: Standing): boolean {
  return crashes.length >= crashLimit;
}

function stoppedForGood(reason: Said): UserError {
  return new UserError(
    "engine-stopped",
    say`Graft's engine ended unexpectedly ${crashLimit} times within an hour (${reason}) and stays off.`,
    say`Choose a smaller base, or run "Graft: Restart engine". Graft's log may show the reason.`,
  );
}
