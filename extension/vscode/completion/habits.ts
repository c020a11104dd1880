/** The user's habits for each base and adapter, kept on this machine for all workspaces. */

import type * as vscode from "vscode";
import { habitSchema } from "../../core/completion/judgement/habit.ts";
import type { HabitMemory } from "../../core/completion/judgement/judgement.ts";

export function habitsIn(state: vscode.Memento): HabitMemory {
  const keyOf = (base: string, adapter: string | undefined): string => `graft.habit ${base} ${adapter ?? ""}`;
  return {
    get: ({ base, adapter }) => habitSchema.safeParse(state.get(keyOf(base, adapter))).data,
    set: ({ base, adapter }, habit) => void state.update(keyOf(base, adapter), habit),
  };
}
