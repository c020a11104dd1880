/** Asks the library process about the adapters of this machine. */

import type { BasePlaces } from "../../core/baseModels/resolveBase.ts";
import type { LibraryProcess } from "../../engine/libraryProcess.ts";
import { adaptersRequest, type AdaptersQuestion, type AdapterSummary } from "../../engine/protocol/library.ts";
import type { Engine } from "../completion/engine.ts";
import type { AdapterLibrary } from "./adapterLibrary.ts";

export interface SummaryOptions {
  engine: Pick<Engine, "base">;
  libraryProcess: LibraryProcess;
  places: BasePlaces;
  library: AdapterLibrary;
}

export function adaptersQuestion({ engine, places, library }: SummaryOptions): AdaptersQuestion {
  return { home: places.home, embedded: places.embedded, base: engine.base, library: library.folder };
}

/** The process may first have to open a base, to check which adapters fit it. */
export async function adapterSummaries(options: SummaryOptions): Promise<AdapterSummary[]> {
  return await options.libraryProcess.ask(adaptersRequest, adaptersQuestion(options));
}
