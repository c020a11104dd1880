/** Puts the adapter of a training that has ended into use: alone, or in the place of an earlier one of its name. */

import type * as vscode from "vscode";
import { has, withNew, type ChosenAdapter } from "../../../core/adapters/chosenAdapters.ts";
import type { TrainingDone } from "../../../../webview/protocol/training.ts";
import type { AdapterLibrary } from "../../adapters/adapterLibrary.ts";
import { detailed } from "../../messages.ts";

export interface UseOptions {
  library: Pick<AdapterLibrary, "active" | "activate">;
  comparing: { readonly isRunning: boolean };
  log: vscode.LogOutputChannel;
}

export type Use = Pick<TrainingDone, "active" | "beside" | "replaced">;

export const unused: Use = { active: false, beside: [] };

/** Returns how an adapter is in use among these. */
export function useAmong(active: readonly ChosenAdapter[], name: string): Use {
  return has(active, name) ? { active: true, beside: active.filter((one) => one.name !== name) } : unused;
}

export async function putIntoUse(name: string, { library }: UseOptions): Promise<Use> {
  const before = library.active;
  await library.activate(withNew(before, name));
  const use = useAmong(library.active, name);
  return { ...use, replaced: !use.active || before.length === 0 || has(before, name) ? undefined : before };
}

/**
 * Like `putIntoUse`, but only logs a failure, because the training itself has succeeded. During a comparison it changes nothing, because
 * that would end the comparison.
 */
export async function tryToUse(name: string, options: UseOptions): Promise<Use> {
  if (options.comparing.isRunning) return unused;
  try {
    return await putIntoUse(name, options);
  } catch (error) {
    options.log.error(detailed(error));
    return unused;
  }
}
