/**
 * "Graft: Change adapter scale": a list of scales of an adapter in use. The highlighted one applies at once, and the list shows what it
 * suggests at the cursor. Escape goes back.
 */

import * as vscode from "vscode";
import {
  has,
  percentOf,
  scaleFromPercent,
  scaleRange,
  withScale,
  type ChosenAdapter,
} from "../../core/adapters/chosenAdapters.ts";
import type { SuggestAtCursor } from "../completion/suggestionAtCursor.ts";
import type { Messages } from "../messages.ts";
import { scaleText } from "./activeText.ts";
import { adapterSummaries, type SummaryOptions } from "./adapterSummaries.ts";

export interface ScaleOptions extends SummaryOptions {
  messages: Messages;
  /** Returns undefined where Graft does not complete. */
  suggestionAtCursor: () => SuggestAtCursor | undefined;
  /** During a comparison its arms decide which adapters are active, so nothing can be tried out. */
  comparing: { readonly isRunning: boolean };
}

interface ScaleItem extends vscode.QuickPickItem {
  /** Absent for a text that is no scale. */
  scale?: number;
}

const offered = [0, 0.25, 0.5, 0.75, 1, 1.25, scaleRange.greatest];
/** Milliseconds before a highlighted scale is tried, because a user who holds an arrow key down wants the scale where it stops. */
const pauseBeforeTrial = 100;

/** @param wanted the name of an adapter; undefined to ask if there are several */
export async function changeScale(wanted: string | undefined, options: ScaleOptions): Promise<void> {
  const { library, messages } = options;
  const { t } = vscode.l10n;
  if (library.active.length === 0) {
    const select = { title: t("Select Adapter"), run: () => vscode.commands.executeCommand("graft.selectAdapter") };
    return messages.tell("info", t("No adapter is in use."), [select]);
  }
  const name = wanted ?? (await chooseActive(library.active));
  if (name === undefined || !has(library.active, name)) return;
  if (await isVirtual(name, options)) {
    const reason = t('"{0}" has no scale: its virtual tokens are in front of the text, or they are not.', name);
    return messages.tell("info", `${reason} ${t("LoRA and IA3 adapters have one.")}`);
  }
  await chooseScale(name, options);
}

async function chooseActive(active: readonly ChosenAdapter[]): Promise<string | undefined> {
  if (active.length === 1) return active[0]?.name;
  const items = active.map(({ name, scale }) => ({ label: name, description: scaleText(scale) }));
  const chosen = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Scale of which adapter?") });
  return chosen?.label;
}

async function isVirtual(name: string, options: ScaleOptions): Promise<boolean> {
  try {
    return (await adapterSummaries(options)).some((one) => one.name === name && one.isVirtual);
  } catch (error) {
    options.messages.log(error); // The engine refuses what it cannot use.
    return false;
  }
}

async function chooseScale(
  name: string,
  { library, messages, suggestionAtCursor, comparing }: ScaleOptions,
): Promise<void> {
  const { t } = vscode.l10n;
  const before = library.active;
  const { scale: current = 1 } = before.find((one) => one.name === name) ?? {};
  const suggest = comparing.isRunning ? undefined : suggestionAtCursor();
  const suggested = new Map<number, string>();
  let shown = current;
  let isAccepted = false;
  let trial = new AbortController();

  const pick = vscode.window.createQuickPick<ScaleItem>();
  pick.title = t('Scale of "{0}"', name);
  pick.placeholder = suggest
    ? t("Compare what each suggests at the cursor, or type a percentage")
    : t("Choose one, or type a percentage");
  const render = (): void => {
    pick.items = itemsFor(pick.value, { current, suggested });
    pick.activeItems = pick.items.filter(({ scale }) => scale === shown).slice(0, 1);
  };
  const tryOut = messages.reporting(async (scale: number) => {
    const { signal } = (trial = new AbortController());
    await paused(pauseBeforeTrial, signal);
    if (signal.aborted || comparing.isRunning) return;
    library.tryOut(withScale(before, name, scale));
    if (!suggest || suggested.has(scale)) return;
    pick.busy = true;
    const text = await suggest(signal);
    if (signal.aborted) return;
    pick.busy = false;
    suggested.set(scale, text);
    render();
  });

  pick.onDidChangeActive(([item]) => {
    if (item?.scale === undefined || (item.scale === shown && suggested.has(shown))) return;
    shown = item.scale;
    trial.abort();
    void tryOut(shown);
  });
  pick.onDidChangeValue((value) => {
    shown = scaleFromPercent(value) ?? shown;
    render();
  });
  pick.onDidAccept(
    messages.reporting(async () => {
      const [item] = pick.selectedItems;
      if (item?.scale === undefined) return;
      isAccepted = true;
      pick.hide();
      await library.activate(withScale(before, name, item.scale));
      // Shows in the editor what the list promised.
      if (suggest) await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger");
    }),
  );
  await new Promise<void>((resolve) => {
    pick.onDidHide(() => {
      trial.abort();
      if (!isAccepted) library.tryOut(undefined);
      pick.dispose();
      resolve();
    });
    render();
    pick.show();
  });
}

function itemsFor(
  typed: string,
  { current, suggested }: { current: number; suggested: ReadonlyMap<number, string> },
): ScaleItem[] {
  const { t } = vscode.l10n;
  const scales = [...new Set([...offered, current])].toSorted((a, b) => a - b);
  const itemOf = (scale: number): ScaleItem => {
    const text = scale === 0 ? t("0 % (without it)") : scale === 1 ? t("100 % (as trained)") : scaleText(scale);
    const suggestion = suggested.get(scale);
    return {
      label: `${scale === current ? "$(check)" : "$(blank)"} ${text}`,
      ...(suggestion !== undefined && { description: suggestionText(suggestion) }),
      scale,
    };
  };
  const items = scales.map(itemOf);
  const scale = scaleFromPercent(typed);
  if (typed.trim() === "" || (scale !== undefined && scales.includes(scale))) return items;
  // VS Code identifies items by position. A typed scale goes last, where it moves no other item while the user chooses.
  if (scale !== undefined) return [...items, { ...itemOf(scale), alwaysShow: true }];
  const limits = t("Type a percentage from {0} to {1}.", percentOf(scaleRange.least), percentOf(scaleRange.greatest));
  return [...items, { label: `$(info) ${limits}`, alwaysShow: true }];
}

/** Returns the first line that is not blank. */
function suggestionText(suggestion: string): string {
  const lines = suggestion.split("\n").filter((line) => line.trim() !== "");
  const [first] = lines;
  if (first === undefined) return vscode.l10n.t("no suggestion");
  const line = `${first.trim()}${lines.length > 1 ? " …" : ""}`;
  // Lists draw icons for $(…).
  return line.replaceAll("$(", String.raw`\$(`);
}

async function paused(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
