/** The adapters that a user has chosen, each by its name and with its scale. Does not read their files. */

import { join } from "node:path";
import * as z from "zod";
import { UserError } from "../foundation/errors.ts";
import { say } from "../foundation/words/said.ts";

/** The scales that the editor offers: 1 applies an adapter as trained, 0 gives the base. */
export const scaleRange = { least: 0, greatest: 1.5 } as const;

export const chosenAdapter = z.object({
  /** The name of its folder. */
  name: z.string().min(1),
  scale: z.number().min(scaleRange.least).max(scaleRange.greatest),
});

export type ChosenAdapter = Readonly<z.infer<typeof chosenAdapter>>;

export function asTrained(name: string): ChosenAdapter {
  return { name, scale: 1 };
}

/** Names adapters as tables and records do: "team@0.75 + own". Empty for none. */
export function nameOf(adapters: readonly ChosenAdapter[]): string {
  return adapters.map(({ name, scale }) => (scale === 1 ? name : `${name}@${scale}`)).join(" + ");
}

export function has(adapters: readonly ChosenAdapter[], name: string): boolean {
  return adapters.some((adapter) => adapter.name === name);
}

/** Returns the adapters as the engine takes them. @param library the folder that holds their folders */
export function inLibrary(adapters: readonly ChosenAdapter[], library: string): { folder: string; scale: number }[] {
  return adapters.map(({ name, scale }) => ({ folder: join(library, name), scale }));
}

/** Returns the adapters, with another scale for the one that is called `name`. */
export function withScale(adapters: readonly ChosenAdapter[], name: string, scale: number): ChosenAdapter[] {
  return adapters.map((adapter) => (adapter.name === name ? { name, scale } : adapter));
}

/** Returns only this adapter. It keeps its scale if it is already in use. */
export function alone(name: string, active: readonly ChosenAdapter[]): readonly ChosenAdapter[] {
  return [active.find((one) => one.name === name) ?? asTrained(name)];
}

/** Returns the adapters after a training: the new one replaces an earlier one of its name, or is used alone, as it was judged. */
export function withNew(adapters: readonly ChosenAdapter[], name: string): readonly ChosenAdapter[] {
  return has(adapters, name) ? withScale(adapters, name, 1) : [asTrained(name)];
}

/** The choices of adapters that can be judged, by name. */
export type Judgeable = ReadonlyMap<string, readonly ChosenAdapter[]>;

/** Returns the choices: the adapters in use together, at their scales, and each adapter alone, as trained. */
export function judgeable(active: readonly ChosenAdapter[], names: readonly string[]): Judgeable {
  const choices = [...(active.length > 0 ? [active] : []), ...names.map((name) => [asTrained(name)])];
  return new Map(choices.map((choice) => [nameOf(choice), choice]));
}

/**
 * @param name empty for the base alone
 * @throws UserError "adapter-missing" if the choice no longer exists
 */
export function judgedAs(name: string, choices: Judgeable): readonly ChosenAdapter[] {
  if (name === "") return [];
  const found = choices.get(name);
  if (found) return found;
  throw new UserError(
    "adapter-missing",
    say`There is no adapter "${name}" any more.`,
    say`Choose again from the list.`,
  );
}

/** Reads a scale in percent as typed: "80", "80 %", "62.5%". Returns undefined unless the editor offers it. */
export function scaleFromPercent(text: string): number | undefined {
  const [, digits] = /^\s*(\d+(?:[.,]\d+)?)\s*%?\s*$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  // In thousandths, because 0.07 · 100 is 7.000000000000001, and names show the number.
  const scale = Math.round(Number(digits.replace(",", ".")) * 10) / 1000;
  return scale >= scaleRange.least && scale <= scaleRange.greatest ? scale : undefined;
}

export function percentOf(scale: number): number {
  return Math.round(scale * 1000) / 10;
}
