/** The candidates that the form of a new study may choose from: follows the base in use, adapters and bases as they come and go. */

import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type * as vscode from "vscode";
import type { StudyPlaces } from "../../core/evaluation/study/studyPlaces.ts";
import { heldOutSuite } from "../../core/training/output/keptHeldOut.ts";
import type { LibraryProcess } from "../../engine/libraryProcess.ts";
import { basesRequest } from "../../engine/protocol/library.ts";
import type { BasesState } from "../../../webview/protocol/baseModels.ts";
import type { StudiesState } from "../../../webview/protocol/study.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import type { Engine } from "../completion/engine.ts";
import { explain } from "../messages.ts";

export interface CandidatesOptions {
  places: StudyPlaces;
  engine: Engine;
  libraryProcess: LibraryProcess;
  library: AdapterLibrary;
  /** The installed bases, as the bases panel knows them. */
  bases: { readonly state: Pick<BasesState, "survey">; readonly onDidChange: vscode.Event<unknown> };
}

type Choices = Pick<StudiesState, "adapters" | "bases" | "isInUse" | "heldOut">;

/** Passes each change to `become`, failures included. Returns a function that reads everything again. */
export function followCandidates(
  options: CandidatesOptions,
  become: (part: Partial<StudiesState>) => void,
  subscriptions: vscode.Disposable[],
): () => Promise<void> {
  const { engine, library, bases } = options;
  let known: Choices | undefined;
  let asked = 0;

  const refresh = async (): Promise<void> => {
    const own = ++asked;
    const part = await readChoices(options).then(
      (found) => ({ ...found, problem: undefined }),
      (error: unknown) => ({ problem: explain(error) }),
    );
    // Adapters may have changed again meanwhile.
    if (own !== asked) return;
    if ("adapters" in part) known = part;
    become(part);
  };

  const onBases = (): void => {
    const names = bases.state.survey?.installed.map(({ name }) => name);
    if (!names || !known || isDeepStrictEqual(names, known.bases)) return;
    known = { ...known, bases: names };
    become({ bases: names });
  };

  const onEngine = (): void => {
    if (engine.state.phase === "ready") become({ base: engine.state.selected.base });
  };
  onEngine();
  subscriptions.push(
    engine.onDidChangeState(onEngine),
    library.onDidChangeNames(refresh),
    library.onDidChangeActive(refresh),
    bases.onDidChange(onBases),
  );
  return refresh;
}

async function readChoices({ library, libraryProcess, places }: CandidatesOptions): Promise<Choices> {
  const names = await library.names();
  const inUse = library.active.map(({ name }) => name);
  const adapters = [...inUse, ...names.filter((name) => !inUse.includes(name))];
  const known = await Promise.all(
    adapters.map(async (name) => {
      const suite = await heldOutSuite(join(library.folder, name), places.home);
      return suite === undefined ? [] : [[name, suite] as const];
    }),
  );
  const { installed } = await libraryProcess.ask(basesRequest, places);
  const bases = installed.map(({ name }) => name);
  return { adapters, bases, isInUse: inUse.length > 0, heldOut: Object.fromEntries(known.flat()) };
}
