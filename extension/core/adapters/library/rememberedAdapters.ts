/** The adapters that a workspace remembers as in use. If one has been renamed since, it is found under its new name. */

import * as z from "zod";
import { chosenAdapter } from "../chosenAdapters.ts";
import { nameNow, type Rename } from "./renames.ts";

const rememberedAdapter = chosenAdapter.extend({
  /** When it came into use or got this name, in milliseconds since 1970. */
  since: z.number(),
});

export type RememberedAdapter = Readonly<z.infer<typeof rememberedAdapter>>;

/** What earlier versions remembered: the name of the only adapter in use, and in later ones also the time. */
export interface RememberedName {
  readonly name: unknown;
  readonly since: unknown;
}

/**
 * Returns the adapters that a workspace remembers; none if the record is damaged.
 *
 * @param exists whether the library has an adapter of this name
 */
export function readRemembered(
  kept: unknown,
  earlier: RememberedName,
  exists: (name: string) => boolean,
): readonly RememberedAdapter[] {
  if (kept !== undefined) return z.array(rememberedAdapter).safeParse(kept).data ?? [];
  const { name, since } = earlier;
  if (typeof name !== "string" || name === "") return [];
  // The first versions kept no time. If an adapter has this name, no rename applies.
  return [{ name, scale: 1, since: typeof since === "number" ? since : exists(name) ? Infinity : 0 }];
}

/** Returns the adapters under their current names. Of two with the same name, only the later one can still exist. */
export function renamed(remembered: readonly RememberedAdapter[], renames: readonly Rename[]): RememberedAdapter[] {
  const now = remembered.map(({ scale, ...dated }) => ({ ...nameNow(dated, renames), scale }));
  return now.filter(({ name, since }) => !now.some((other) => other.name === name && other.since > since));
}
