/** The name of the adapter that a workspace uses. It follows the adapter when another window renames it. */

import type * as vscode from "vscode";
import { nameNow, type Rename } from "../../core/adapters/library/renames.ts";

export interface RememberedAdapter {
  readonly name: string | undefined;
  remember(name: string | undefined): Promise<void>;
  /** Takes over the name that the adapter has now. */
  follow(renames: readonly Rename[]): void;
}

const nameKey = "graft.activeAdapter";
/** When the adapter became active, or had this name first, in milliseconds since 1970. */
const sinceKey = "graft.activeAdapterSince";

/** @param exists whether the library has an adapter of this name */
export function rememberedAdapter(state: vscode.Memento, exists: (name: string) => boolean): RememberedAdapter {
  const named = (): string | undefined => state.get<string>(nameKey);
  const keep = async (name: string | undefined, since: number): Promise<void> => {
    await Promise.all([state.update(nameKey, name), state.update(sinceKey, since)]);
  };
  return {
    get name() {
      return named();
    },
    remember: (name) => keep(name, Date.now()),
    follow(renames) {
      const name = named();
      if (name === undefined) return;
      // Earlier versions kept no time: an adapter that is there has not been renamed.
      const since = state.get<number>(sinceKey) ?? (exists(name) ? Infinity : 0);
      const now = nameNow({ name, since }, renames);
      if (now.name !== name) void keep(now.name, now.since);
    },
  };
}
