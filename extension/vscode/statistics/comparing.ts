/**
 * The A/B comparison of this workspace: gives each arm its turn, and keeps the comparison until the user dismisses it.
 *
 * A turn begins at the first keystroke of its block while no suggestion is on screen, so an idle window does nothing.
 */

import { randomInt, randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import * as z from "zod";
import type { ChosenAdapter } from "../../core/adapters/chosenAdapters.ts";
import {
  blockAt,
  comparisonSchema,
  partOf,
  turnAt,
  type ArmSetting,
  type RunningComparison,
  type Turn,
} from "../../core/statistics/comparison/comparison.ts";
import type { ComparisonPart } from "../../core/statistics/record.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import type { Messages } from "../messages.ts";
import { followComparedAdapters } from "./comparedAdapters.ts";

export interface KeptComparison extends RunningComparison {
  readonly hasEnded: boolean;
}

export interface Comparing {
  /** The comparison that runs here, or the last one until it is dismissed. */
  readonly comparison: KeptComparison | undefined;
  readonly isRunning: boolean;
  /** Whether other files of the repository may be in the prompt. Only an arm can forbid it. */
  readonly isContextOn: boolean;
  /** Fires when another arm has its turn, and when a comparison begins or ends. */
  readonly onDidTurn: vscode.Event<void>;
  /** Returns the place in the comparison of a suggestion that `base` makes now; undefined if it does not count. */
  part(base: string): ComparisonPart | undefined;
  start(base: string, a: ArmSetting, b: ArmSetting): Promise<void>;
  stop(): Promise<void>;
  dismiss(): Promise<void>;
  readonly onDidChange: vscode.Event<void>;
  /** The library as the engine sees it: during a comparison, its active adapters are those of the arm whose turn it is. */
  readonly serving: AdapterLibrary;
}

export interface ComparingOptions {
  state: vscode.Memento;
  library: AdapterLibrary;
  messages: Pick<Messages, "tell">;
  isSuggestionShown: () => boolean;
}

const key = "graft.comparison";
const keptSchema = comparisonSchema.extend({ hasEnded: z.boolean() });

export function openComparing(
  { state, library, messages, isSuggestionShown }: ComparingOptions,
  subscriptions: vscode.Disposable[],
): Comparing {
  const changed = new vscode.EventEmitter<void>();
  const turned = new vscode.EventEmitter<readonly ChosenAdapter[]>();
  const tookTurn = new vscode.EventEmitter<void>();
  let comparison: KeptComparison | undefined = keptSchema.safeParse(state.get(key)).data;
  const turnNow = (): Turn | undefined =>
    comparison && !comparison.hasEnded ? turnAt(comparison, Date.now()) : undefined;
  let turn = turnNow();

  const active = (): readonly ChosenAdapter[] => (turn ? turn.setting.adapters : library.active);
  /** Gives the turn to the arm that is due now, and notifies the engine if that changes the adapters. */
  const take = (): void => {
    const before = active();
    turn = turnNow();
    if (!isDeepStrictEqual(active(), before)) turned.fire(active());
    tookTurn.fire();
  };
  const keep = async (next: KeptComparison | undefined): Promise<void> => {
    comparison = next;
    take();
    await state.update(key, next);
    changed.fire();
  };
  const stop = async (): Promise<void> => {
    if (comparison && !comparison.hasEnded) await keep({ ...comparison, hasEnded: true });
  };

  subscriptions.push(
    changed,
    turned,
    tookTurn,
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      const isOver = document.languageId === "python" && turn && turn.block !== blockAt(Date.now());
      if (isOver && !isSuggestionShown()) take();
    }),
    library.onDidChangeActive((adapters) => {
      if (!turn) turned.fire(adapters);
    }),
  );
  followComparedAdapters({ library, messages, now: () => comparison, keep }, subscriptions);

  return {
    get comparison() {
      return comparison;
    },
    get isRunning() {
      return turn !== undefined;
    },
    get isContextOn() {
      return turn?.setting.context ?? true;
    },
    onDidTurn: tookTurn.event,
    part: (base) => (comparison && turn ? partOf(comparison, turn, base) : undefined),
    start: async (base, a, b) => {
      await keep({ id: randomUUID(), seed: randomInt(2 ** 31), startedAt: Date.now(), base, a, b, hasEnded: false });
    },
    stop,
    dismiss: async () => await keep(undefined),
    onDidChange: changed.event,
    serving: {
      ...library,
      get active() {
        return active();
      },
      onDidChangeActive: turned.event,
    },
  };
}
