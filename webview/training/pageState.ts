/** The state of the training view, and how a message of the extension or an edit of the form changes it. */

import type { PaperDataState } from "../protocol/paperData.ts";
import type { CommitsState } from "../protocol/commits.ts";
import type { EstimateState } from "../protocol/estimate.ts";
import type { SnippetsState } from "../protocol/snippets.ts";
import type { PreviewState, ToTraining, TrainingNumbers, TrainingState, UnfinishedCard } from "../protocol/training.ts";
import { blankDraft, type FormDraft, type Workspace } from "./draft.ts";
import { suggestedName } from "./suggestedName.ts";

export interface PageState {
  /** Undefined until the extension has sent it. */
  training: TrainingState | undefined;
  numbers: TrainingNumbers | undefined;
  unfinished: readonly UnfinishedCard[];
  /** Names of discarded trainings that can be brought back. */
  discarded: readonly string[];
  workspace: Workspace;
  paperData: PaperDataState | undefined;
  snippets: SnippetsState;
  /** The user's own commits, as last counted. */
  commits: CommitsState | undefined;
  preview: PreviewState | undefined;
  /** If it is stale, it is about the form before its last change. */
  estimate: EstimateState | undefined;
  draft: FormDraft;
  /** The extension's reason why the name cannot be used. */
  nameProblem: string | undefined;
}

/** `discarding`: the name of a discarded training is free again, and the user probably wants to reuse it. */
export type Change = ToTraining | { type: "edited"; part: Partial<FormDraft> } | { type: "discarding"; name: string };

export function initialState(kept: FormDraft | undefined): PageState {
  return {
    training: undefined,
    numbers: undefined,
    unfinished: [],
    discarded: [],
    workspace: { folder: undefined, files: undefined, taken: [] },
    paperData: undefined,
    snippets: { snippets: [] },
    commits: undefined,
    preview: undefined,
    estimate: undefined,
    draft: { ...blankDraft, ...kept },
    nameProblem: undefined,
  };
}

export function changed(state: PageState, change: Change): PageState {
  switch (change.type) {
    case "numbers":
      return { ...state, numbers: change.numbers };
    case "state":
      return { ...withNameFor(change.state, state), training: change.state };
    case "unfinished":
      return withFreeName({ ...state, unfinished: change.trainings, discarded: change.discarded });
    case "workspace":
      return withSuggestedName({ ...state, workspace: change });
    case "nameChecked":
      // If the user has typed more, ignore this answer and wait for the next one.
      return change.name === state.draft.name.trim() ? { ...state, nameProblem: change.problem } : state;
    case "paperData":
      return { ...state, paperData: change.state };
    case "commits":
      return { ...state, commits: change.state };
    case "snippets":
      return withSnippets(change.state, state);
    case "preview":
      return { ...state, preview: change.preview };
    case "estimate":
      return { ...state, estimate: change.estimate };
    case "dataChosen":
      return withSuggestedName(edited(state, { data: "path", path: change.path }));
    case "edited":
      return withSuggestedName(edited(state, change.part));
    case "discarding":
      return withName(change.name, state);
  }
}

/** The fields that an estimate does not depend on. */
const unestimated: ReadonlySet<string> = new Set<keyof FormDraft>(["name", "nameChosen", "advanced", "paperDataOpen"]);

function edited(state: PageState, part: Partial<FormDraft>): PageState {
  const nameProblem = part.name === undefined ? state.nameProblem : undefined;
  const isOtherData = part.data !== undefined || part.path !== undefined;
  // Other data has other files.
  const draft = { ...state.draft, ...(isOtherData && { include: [] }), ...part };
  const isSame = Object.keys(part).every((key) => unestimated.has(key));
  const estimate = isSame || !state.estimate ? state.estimate : { ...state.estimate, isStale: true };
  return { ...state, draft, nameProblem, estimate, preview: isOtherData ? undefined : state.preview };
}

/** Acts once on a request to train on snippets. */
function withSnippets(snippets: SnippetsState, state: PageState): PageState {
  const { chosenAt } = snippets;
  const next = { ...state, snippets };
  if (chosenAt === undefined || chosenAt === state.draft.snippetsChosenAt) return next;
  return withSuggestedName(edited(next, { data: "snippets", snippetsChosenAt: chosenAt }));
}

/**
 * Puts the name of the current training into the form, because the saved form of a reloaded window may be older. Once a
 * finished or resumable training owns the name, suggests another one for the next adapter.
 */
function withNameFor(training: TrainingState, state: PageState): PageState {
  if (training.phase === "idle") return state;
  if (training.phase !== "running" && (training.phase === "done" || training.reached)) {
    return withOtherName(state);
  }
  return withName(training.name, state);
}

function withName(name: string, state: PageState): PageState {
  return state.draft.name.trim() === name ? state : edited(state, { name, nameChosen: true });
}

/** A form that an earlier window saved may hold the name of a training that is still unfinished. */
function withFreeName(state: PageState): PageState {
  const { training, unfinished, draft } = state;
  const isIdle = training === undefined || training.phase === "idle";
  const isTaken = isIdle && unfinished.some(({ name }) => name === draft.name);
  return isTaken ? withOtherName(state) : state;
}

/** Suggests another name, because the one in the form belongs to another training. */
function withOtherName(state: PageState): PageState {
  return withSuggestedName(edited(state, { nameChosen: false, name: state.draft.name }));
}

function withSuggestedName(state: PageState): PageState {
  if (state.draft.nameChosen) return state;
  const taken = [...state.workspace.taken, ...state.unfinished.map(({ name }) => name)];
  const name = suggestedName(state.draft, { ...state.workspace, taken });
  return name === state.draft.name ? state : edited(state, { name });
}
