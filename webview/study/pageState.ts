/** The state of the studies panel, and how a message of the extension or an action of the user changes it. */

import type { PaperDataState } from "../protocol/paperData.ts";
import type { AskedPair, StudiesState, StudyFields, SuiteTasks, TaskView, ToStudies } from "../protocol/study.ts";
import type { StudyResults } from "../protocol/studyResults.ts";
import { blankStudy, type StudyDraft } from "./draft.ts";

export interface PageState {
  /** Undefined until the extension has sent it. */
  studies: StudiesState | undefined;
  fields: StudyFields | undefined;
  paperData: PaperDataState | undefined;
  results: StudyResults | undefined;
  /** The tasks of the suite that is drilled into. */
  drilled: { suite: number; tasks?: SuiteTasks; detail?: TaskView; asked?: string } | undefined;
  /** The pair whose differences are asked for, and their chart once it is there. */
  differences: { pair: AskedPair; svg?: string } | undefined;
  draft: StudyDraft;
  /** Whether the form for a new study is open. */
  isDrafting: boolean;
}

export type Change =
  | ToStudies
  | { type: "edited"; part: Partial<StudyDraft> }
  | { type: "drafting"; draft: StudyDraft | undefined }
  | { type: "drill"; suite: number | undefined }
  | { type: "ask"; id: string }
  | { type: "askDifferences"; pair: AskedPair };

/** What survives while the panel is hidden. */
export type Kept = Pick<PageState, "draft" | "isDrafting">;

export function initialState(kept: Partial<Kept> | undefined): PageState {
  return {
    studies: undefined,
    fields: undefined,
    paperData: undefined,
    results: undefined,
    drilled: undefined,
    differences: undefined,
    draft: { ...blankStudy, ...kept?.draft },
    isDrafting: kept?.isDrafting ?? false,
  };
}

const nothingShown = { results: undefined, drilled: undefined, differences: undefined };

export function samePair(one: AskedPair | undefined, other: AskedPair): boolean {
  return (["suite", "first", "second", "measure"] as const).every((key) => one?.[key] === other[key]);
}

export function changed(state: PageState, change: Change): PageState {
  const { drilled, draft } = state;
  switch (change.type) {
    case "fields":
      return { ...state, fields: change.fields };
    case "paperData":
      return { ...state, paperData: change.state };
    case "state": {
      const isOther = change.state.open?.name !== state.studies?.open?.name;
      // Another study is open now: what was shown of the last one goes.
      return { ...state, studies: change.state, ...(isOther && nothingShown) };
    }
    case "results":
      // What was drawn may be of other runs.
      return { ...state, results: change.results, differences: undefined };
    case "pathChosen": {
      const { what, path } = change;
      if (what === "examples" || what === "encoder") return { ...state, draft: { ...draft, [what]: path } };
      return { ...state, draft: { ...draft, paths: [...draft.paths.filter((one) => one !== path), path] } };
    }
    case "edited":
      return { ...state, draft: { ...draft, ...change.part } };
    case "drafting":
      return { ...state, isDrafting: change.draft !== undefined, draft: change.draft ?? draft };
    case "drill":
      return { ...state, drilled: change.suite === undefined ? undefined : { suite: change.suite } };
    case "tasks":
      return drilled?.suite === change.suite ? { ...state, drilled: { ...drilled, tasks: change.tasks } } : state;
    case "askDifferences":
      return { ...state, differences: { pair: change.pair } };
    case "differences":
      return samePair(state.differences?.pair, change.pair)
        ? { ...state, differences: { pair: change.pair, svg: change.svg } }
        : state;
    case "ask":
      return drilled ? { ...state, drilled: { ...drilled, asked: change.id } } : state;
    case "task":
      // An answer to a task that the user has left meanwhile is not shown.
      return drilled?.suite === change.suite && drilled.asked === change.detail.id
        ? { ...state, drilled: { ...drilled, detail: change.detail } }
        : state;
  }
}
