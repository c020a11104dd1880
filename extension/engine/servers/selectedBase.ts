/**
 * Opens the base of a selection for completion. Performs no long import; the editor offers that, and another process
 * does it.
 */

import { fitFromFolder } from "../../core/adapters/fit/fitFromFolder.ts";
import { UserError } from "../../core/foundation/errors.ts";
import type { InstalledBase } from "../../core/baseModels/installedBase.ts";
import { resolveBase, type ResolveControl } from "../../core/baseModels/resolveBase.ts";
import type { Selection } from "../protocol/completion.ts";

export interface OpenSelection {
  readonly base: InstalledBase;
  readonly adapters: Selection["adapters"];
  /** The selected folder, if it is not imported and the embedded base replaces it. */
  readonly notImported?: string;
}

/**
 * Opens the selected base. The embedded base replaces a folder that has not been imported, with the adapters that fit
 * it.
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
