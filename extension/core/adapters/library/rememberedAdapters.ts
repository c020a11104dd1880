/** The adapters that a workspace remembers as those in use. They follow the names that the adapters have now. */

import * as z from "zod";
import { chosenAdapter } from "../chosenAdapters.ts";
import { nameNow, type Rename } from "./renames.ts";

const rememberedAdapter = chosenAdapter.extend({
  /** When it came into use, or had this name first, in milliseconds since 1970. */
  since: z.number(),
});

export type RememberedAdapter = Readonly<z.infer<typeof rememberedAdapter>>;

/** What earlier versions kept: the name of the one adapter in use, and later the time, too. */
export interface RememberedName {
  readonly name: unknown;
  readonly since: unknown;
}

/**
 * Reads what a workspace keeps; nothing if it is damaged.
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
  // The first versions kept no time: an adapter that is there has not been renamed.
  return [{ name, scale: 1, since: typeof since === "number" ? since : exists(name) ? Infinity : 0 }];
}

/** Returns the adapters under the names that they have now. Of two with one name, only the later one can be there. */
export function renamed(remembered: readonly RememberedAdapter[], renames: readonly Rename[]): RememberedAdapter[] {
  const now = remembered.map(({ scale, ...dated }) => ({ ...nameNow(dated, renames), scale }));
  return now.filter(({ name, since }) => !now.some((other) => other.name === name && other.since > since));
}
