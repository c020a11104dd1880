/** The adapters that a workspace uses, in its storage. They follow the adapters when another window renames them. */

import { isDeepStrictEqual } from "node:util";
import type * as vscode from "vscode";
import type { ChosenAdapter } from "../../core/adapters/chosenAdapters.ts";
import { readRemembered, renamed, type RememberedAdapter } from "../../core/adapters/library/rememberedAdapters.ts";
import type { Rename } from "../../core/adapters/library/renames.ts";

export interface RememberedAdapters {
  readonly adapters: readonly ChosenAdapter[];
  remember(adapters: readonly ChosenAdapter[]): Promise<void>;
  /** Adopts the names that the adapters have now. */
  follow(renames: readonly Rename[]): void;
}

const key = "graft.activeAdapters";
const earlierKeys = { name: "graft.activeAdapter", since: "graft.activeAdapterSince" } as const;

/** @param exists whether the library has an adapter of this name */
export function rememberedAdapters(state: vscode.Memento, exists: (name: string) => boolean): RememberedAdapters {
  const now = (): readonly RememberedAdapter[] => {
    const earlier = { name: state.get(earlierKeys.name), since: state.get(earlierKeys.since) };
    return readRemembered(state.get(key), earlier, exists);
  };
  return {
    get adapters() {
      return now().map(({ name, scale }) => ({ name, scale }));
    },
    async remember(adapters) {
      const since = Date.now();
      await state.update(
        key,
        adapters.map(({ name, scale }) => ({ name, scale, since })),
      );
    },
    follow(renames) {
      const before = now();
      const after = renamed(before, renames);
      if (!isDeepStrictEqual(after, before)) void state.update(key, after);
    },
  };
}
