/** The base that completion opens for a selection. It imports nothing that takes long: that is offered, and done elsewhere. */

import { fitFromFolder } from "../../core/adapters/fit/fitFromFolder.ts";
import { UserError } from "../../core/foundation/errors.ts";
import type { InstalledBase } from "../../core/baseModels/installedBase.ts";
import { resolveBase, type ResolveControl } from "../../core/baseModels/resolveBase.ts";
import type { Selection } from "../protocol.ts";

export interface OpenSelection {
  readonly base: InstalledBase;
  readonly adapters: Selection["adapters"];
  /** The folder that was selected, where the embedded base stands in for it until it is imported. */
  readonly notImported?: string;
}

/**
 * The embedded base stands in for a folder that has not been imported, with the adapters that fit it.
 *
 * @throws UserErrors of `resolveBase`
 */
export async function openSelection(selection: Selection, control: ResolveControl): Promise<OpenSelection> {
  const { base: selected, adapters, home, embedded } = selection;
  const options = { home, embedded, ...control, mayImport: false };
  try {
    return { base: await resolveBase(selected, options), adapters };
  } catch (error) {
    if (!(error instanceof UserError && error.code === "base-not-imported")) throw error;
    const base = await resolveBase("", options);
    const fits = await Promise.all(adapters.map(({ folder }) => fitFromFolder(folder, base)));
    return { base, adapters: adapters.filter((_, i) => fits[i]!.fit === "fits"), notImported: selected };
  }
}
