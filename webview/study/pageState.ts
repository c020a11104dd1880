/** The state of the studies panel, and how a message of the extension or an action of the user changes it. */

import type { PaperDataState } from "../protocol/paperData.ts";
import type { AskedPair, StudiesState, StudyFields, SuiteTasks, TaskView, ToStudies } from "../protocol/study.ts";
import type { StudyResults, SuiteView } from "../protocol/studyResults.ts";
import type { Sorting } from "./columns.ts";
import { blankStudy, type StudyDraft } from "./draft.ts";
import { noFilter, type TaskFilter } from "./taskFilter.ts";

/** The tasks of the suite that is drilled into. */
export interface Drilled {
  /** Its position in the results. */
  suite: number;
  tasks?: SuiteTasks;
  filter: TaskFilter;
  detail?: TaskView;
  /** The id of the chosen task. */
  asked?: string;
  /** Whether the page was hidden meanwhile and now shows them again. */
  isReturn?: boolean;
}

/** Where in a study's tasks the user was. */
export interface KeptPlace extends Pick<Drilled, "filter" | "asked"> {
  /** The study's file. */
  study: string;
  suite: Pick<SuiteView, "suite" | "protocol">;
}

/** How the user wants to see results, in every study. */
export interface Look {
  /** The columns that were switched on or off. */
  columns: Readonly<Record<string, boolean>>;
  /** The order of each suite's table, by the table's title. */
  sorting: Readonly<Record<string, Sorting>>;
  /** The measure of the charts. */
  measure?: string;
}

export interface PageState {
  /** Undefined until the extension has sent it. */
  studies: StudiesState | undefined;
  fields: StudyFields | undefined;
  paperData: PaperDataState | undefined;
  results: StudyResults | undefined;
  drilled: Drilled | undefined;
  /** The place to go back to as soon as its results are there. */
  goal: KeptPlace | undefined;
  /** The pair whose differences are requested, and their chart once it has arrived. */
  differences: { pair: AskedPair; svg?: string } | undefined;
  look: Look;
  draft: StudyDraft;
  /** Whether the form for a new study is open. */
  isDrafting: boolean;
}

export type Change =
  | ToStudies
  | { type: "edited"; part: Partial<StudyDraft> }
  | { type: "drafting"; draft: StudyDraft | undefined }
  | { type: "drill"; suite: number | undefined }
  | { type: "filter"; part: Partial<TaskFilter> }
  | { type: "ask"; id: string }
  | { type: "look"; part: Partial<Look> }
  | { type: "askDifferences"; pair: AskedPair };

/** What survives while the panel is hidden. */
export type Kept = Pick<PageState, "draft" | "isDrafting" | "look"> & { place: KeptPlace | undefined };

/** Returns where the user is, so that a page that was hidden can return there. */
export function placeOf({ studies, results, drilled, goal }: PageState): KeptPlace | undefined {
  const suite = drilled && results?.suites[drilled.suite];
  if (!suite || !studies?.open) return goal;
  const { filter, asked } = drilled;
  const { suite: name, protocol } = suite;
  return { study: studies.open.name, suite: { suite: name, protocol }, filter, ...(asked !== undefined && { asked }) };
}

export function initialState(kept: Partial<Kept> | undefined): PageState {
  return {
    studies: undefined,
    fields: undefined,
    paperData: undefined,
    results: undefined,
    drilled: undefined,
    goal: kept?.place,
    differences: undefined,
    look: kept?.look ?? { columns: {}, sorting: {} },
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
      // Another study is open now, so nothing of the last one stays.
      return withKnownCandidates({ ...state, studies: change.state, ...(isOther && nothingShown) }, change.state);
    }
    case "results":
      return withResults(state, change.results);
    case "pathChosen": {
      const { what, path } = change;
      if (what === "examples" || what === "encoder") return { ...state, draft: { ...draft, [what]: path } };
      return { ...state, draft: { ...draft, paths: [...draft.paths.filter((one) => one !== path), path] } };
    }
    case "edited":
      return { ...state, draft: { ...draft, ...change.part } };
    case "look":
      return { ...state, look: { ...state.look, ...change.part } };
    case "drafting":
      return { ...state, isDrafting: change.draft !== undefined, draft: change.draft ?? draft };
    case "drill":
      return {
        ...state,
        drilled: change.suite === undefined ? undefined : { suite: change.suite, filter: noFilter },
        goal: undefined,
      };
    case "filter":
      return drilled ? { ...state, drilled: { ...drilled, filter: { ...drilled.filter, ...change.part } } } : state;
    case "tasks":
      return drilled?.suite === change.suite ? { ...state, drilled: withTasks(drilled, change.tasks) } : state;
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

/** Deselects adapters and bases that no longer exist. Until the bases are known (there is always one), keeps the selection. */
function withKnownCandidates(state: PageState, known: StudiesState): PageState {
  const { draft } = state;
  if (known.bases.length === 0) return state;
  const adapters = draft.adapters.filter((name) => known.adapters.includes(name));
  const bases = draft.bases.filter((name) => known.bases.includes(name));
  const compared = known.adapters.includes(draft.compared) ? draft.compared : "";
  const isSame =
    adapters.length === draft.adapters.length && bases.length === draft.bases.length && compared === draft.compared;
  return isSame ? state : { ...state, draft: { ...draft, adapters, bases, compared } };
}

function withResults(state: PageState, results: StudyResults): PageState {
  const { studies, drilled, goal } = state;
  const now = drilled && state.results?.suites[drilled.suite];
  const wanted = now ?? (goal?.study === studies?.open?.name ? goal?.suite : undefined);
  const suite = results.suites.findIndex((one) => one.suite === wanted?.suite && one.protocol === wanted.protocol);
  // The drawn chart may be of other runs.
  const next = { ...state, results, differences: undefined };
  if (suite < 0) return { ...next, drilled: undefined };
  if (now) return { ...next, drilled: drilled.suite === suite ? drilled : { suite, filter: noFilter } };
  const { filter, asked } = goal!;
  return {
    ...next,
    goal: undefined,
    drilled: { suite, filter, ...(asked !== undefined && { asked }), isReturn: true },
  };
}

/** The filter names runs by their positions, which change when a run is added or removed. */
function withTasks(drilled: Drilled, tasks: SuiteTasks): Drilled {
  const isSame = !drilled.tasks || drilled.tasks.runs.join("\n") === tasks.runs.join("\n");
  const { search, order } = drilled.filter;
  return { ...drilled, tasks, ...(!isSame && { filter: { search, order } }) };
}
