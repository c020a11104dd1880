/** The adapters that can be judged, by name: those in use, as one choice, and each one of the library. */

import { judgeable, judgedAs, type ChosenAdapter, type Judgeable } from "../../core/adapters/chosenAdapters.ts";
import type { AdapterLibrary } from "./adapterLibrary.ts";

export interface JudgeableAdapters {
  readonly names: readonly string[];
  /** Reads which adapters there are. */
  refresh(): Promise<readonly string[]>;
  /** @throws UserError "adapter-missing" */
  of(name: string): readonly ChosenAdapter[];
}

export function judgeableAdapters(library: Pick<AdapterLibrary, "active" | "names">): JudgeableAdapters {
  let names: readonly string[] = [];
  const choices = (): Judgeable => judgeable(library.active, names);
  return {
    get names() {
      return [...choices().keys()];
    },
    async refresh() {
      names = await library.names();
      return [...choices().keys()];
    },
    of: (name) => judgedAs(name, choices()),
  };
}
