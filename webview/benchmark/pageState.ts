/** The state of the benchmark panel, and how a message of the extension or an edit of the form changes it. */

import type { BenchmarkState, EvaluationNumbers, ToBenchmark } from "../protocol/benchmark.ts";
import type { PaperDataState } from "../protocol/paperData.ts";
import { blankDraft, withAdapter, type FormDraft } from "./draft.ts";

export interface PageState {
  /** Undefined until the extension has sent it. */
  benchmark: BenchmarkState | undefined;
  numbers: EvaluationNumbers | undefined;
  paperData: PaperDataState | undefined;
  draft: FormDraft;
  /** Ids of the runs that are chosen, in the order of the choice. Some may no longer exist. */
  picked: readonly string[];
}

export type Change =
  | ToBenchmark
  | { type: "edited"; part: Partial<FormDraft> }
  | { type: "picked"; run: string; isPicked: boolean };

/** What survives while the panel is hidden. */
export type Kept = Pick<PageState, "draft" | "picked">;

export function initialState(kept: Partial<Kept> | undefined): PageState {
  return {
    benchmark: undefined,
    numbers: undefined,
    paperData: undefined,
    draft: { ...blankDraft, ...kept?.draft },
    picked: kept?.picked ?? [],
  };
}

/** The field of the draft for each kind of chosen file or folder. */
const chosenFields = { suite: "path", folder: "folder", examples: "examples" } as const;

export function changed(state: PageState, change: Change): PageState {
  switch (change.type) {
    case "numbers":
      return { ...state, numbers: change.numbers };
    case "paperData":
      return { ...state, paperData: change.state };
    case "fileChosen":
      return edited(state, { [chosenFields[change.what]]: change.path });
    case "edited":
      return edited(state, change.part);
    case "picked": {
      const others = state.picked.filter((run) => run !== change.run);
      return { ...state, picked: change.isPicked ? [...others, change.run] : others };
    }
    case "state":
      return withKnownAdapter({ ...state, benchmark: change.state }, change.state.adapters);
  }
}

function edited(state: PageState, part: Partial<FormDraft>): PageState {
  return { ...state, draft: { ...state.draft, ...part } };
}

/** Deselects an adapter that no longer exists. Until the adapters are known, keeps the selection. */
function withKnownAdapter(state: PageState, adapters: readonly string[]): PageState {
  const { adapter } = state.draft;
  const isKnown = adapter === "" || adapters.length === 0 || adapters.includes(adapter);
  return isKnown ? state : edited(state, withAdapter(""));
}
