/**
 * Applies changes in the adapter library to the running comparison. It ends if the user chooses an adapter, which can be undone, or if one
 * of its own adapters is gone. A renamed adapter stays in it.
 */

import * as vscode from "vscode";
import type { ChosenAdapter } from "../../core/adapters/chosenAdapters.ts";
import type { ArmSetting, RunningComparison } from "../../core/statistics/comparison/comparison.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import type { Messages } from "../messages.ts";

type Kept = RunningComparison & { readonly hasEnded: boolean };

export interface ComparedAdaptersOptions {
  library: Pick<AdapterLibrary, "activate" | "names" | "onDidChoose" | "onDidRename" | "onDidChangeNames">;
  messages: Pick<Messages, "tell">;
  /** The comparison that runs here, or the last one. */
  now: () => Kept | undefined;
  keep: (comparison: Kept) => Promise<void>;
}

export function followComparedAdapters(options: ComparedAdaptersOptions, subscriptions: vscode.Disposable[]): void {
  const { library, messages, now, keep } = options;
  const { t } = vscode.l10n;

  /** A user who chooses an adapter wants that one, not another one every few minutes. */
  const giveWay = async (before: readonly ChosenAdapter[]): Promise<void> => {
    const comparison = now();
    if (!comparison || comparison.hasEnded) return;
    await keep({ ...comparison, hasEnded: true });
    const goOn = async (): Promise<void> => {
      const last = now();
      // Another comparison may have begun since.
      if (last && last.id !== comparison.id) return;
      await library.activate(before);
      await keep(comparison);
    };
    messages.tell("info", t("The comparison has ended, because another adapter was chosen."), [
      { title: t("Undo"), run: goOn },
    ]);
  };

  const endIfGone = async (): Promise<void> => {
    const names = await library.names();
    const comparison = now();
    if (!comparison || comparison.hasEnded) return;
    const compared = [comparison.a, comparison.b].flatMap(({ adapters }) => adapters);
    if (compared.every(({ name }) => names.includes(name))) return;
    await keep({ ...comparison, hasEnded: true });
    messages.tell("info", t("The comparison has ended, because one of its adapters is gone."));
  };

  subscriptions.push(
    library.onDidChoose((before) => void giveWay(before)),
    library.onDidRename(({ from, to }) => {
      const comparison = now();
      if (comparison) void keep(withNewName(comparison, from, to));
    }),
    library.onDidChangeNames(() => void endIfGone()),
  );
}

function withNewName(comparison: Kept, from: string, to: string): Kept {
  const renamed = ({ adapters, ...arm }: ArmSetting): ArmSetting => ({
    ...arm,
    adapters: adapters.map((one) => (one.name === from ? { ...one, name: to } : one)),
  });
  return { ...comparison, a: renamed(comparison.a), b: renamed(comparison.b) };
}
