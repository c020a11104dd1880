/** Checks whether an adapter's folder fits a base. Reads only its configuration and the header of its weights: a few kilobytes. */

import { UserError } from "../../foundation/errors.ts";
import type { AdapterOutline } from "../adapter.ts";
import { fitOf, type AdapterFit } from "./adapterFit.ts";
import type { AdapterHost } from "./adapterHost.ts";
import { readOutline } from "../formats/peftFolder.ts";

export type FolderFit = AdapterFit & {
  /** Absent if the folder cannot be read; then it does not fit. */
  readonly adapter?: AdapterOutline;
};

export async function fitFromFolder(folder: string, base: AdapterHost): Promise<FolderFit> {
  try {
    const adapter = await readOutline(folder);
    return { ...fitOf(adapter, base), adapter };
  } catch (error) {
    if (error instanceof UserError) return { fit: "no", problem: error };
    throw error;
  }
}
