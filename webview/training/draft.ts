/** The draft of the training form, valid or not: its request, and the reason if it cannot be sent yet. */

import type { PaperDataState } from "../protocol/paperData.ts";
import type { CommitsState } from "../protocol/commits.ts";
import type { EstimateState } from "../protocol/estimate.ts";
import type { SnippetsState } from "../protocol/snippets.ts";
import type { ToTraining, TrainingForm, TrainingNumbers } from "../protocol/training.ts";
import { t } from "../shared/l10n.ts";
import { accepts, acceptsOptional, textOf } from "../shared/form/wholeNumber.ts";

/** The fields of the form. They are kept while the view is hidden. */
export interface FormDraft {
  data: TrainingForm["data"]["kind"];
  path: string;
  preset: NonNullable<TrainingForm["preset"]>;
  method: Method;
  /** The name as typed, including spaces around it. */
  name: string;
  /** Whether the user typed the name; a suggestion changes with the workspace. */
  nameChosen: boolean;
  /** Numbers as typed; undefined means the default. */
  epochs?: string;
  rank?: string;
  months?: string;
  virtualTokens?: string;
  /** The folds that are open. */
  advanced: boolean;
  paperDataOpen: boolean;
  /** Reasons and files that are trained on in spite of the rules. */
  include: readonly string[];
  /** The request for snippets (SnippetsState.chosenAt) that the form has acted on. */
  snippetsChosenAt?: number;
}

export type Method = TrainingForm["method"]["name"];
export type Workspace = Omit<Extract<ToTraining, { type: "workspace" }>, "type">;

export const blankDraft: FormDraft = {
  data: "workspace",
  path: "",
  preset: "balanced",
  method: "lora",
  name: "",
  nameChosen: false,
  advanced: false,
  paperDataOpen: false,
  include: [],
};

/** The field with the size of each method. */
export const sizes: Readonly<Record<Method, "rank" | "virtualTokens" | undefined>> = {
  lora: "rank",
  ia3: undefined,
  prefix: "virtualTokens",
  prompt: "virtualTokens",
};

export const monthsLabel = t("Last months");
export const numberLabels = { epochs: t("Epochs"), rank: t("Rank"), virtualTokens: t("Virtual tokens") };

/** The facts that determine whether the training can start. */
export interface FormFacts {
  draft: FormDraft;
  workspace: Workspace;
  paperData: PaperDataState | undefined;
  snippets: SnippetsState;
  /** The last answer; undefined before the first question. */
  commits: CommitsState | undefined;
  nameProblem: string | undefined;
  numbers: TrainingNumbers;
  estimate?: EstimateState | undefined;
}

/** Returns the reason why the training cannot start yet; undefined if it can. */
export function obstacle(facts: FormFacts): string | undefined {
  const { draft, nameProblem } = facts;
  // Before the name, so that the one line also says why there is no preview.
  const missing = previewObstacle(facts);
  if (missing !== undefined) return missing;
  if (draft.name.trim() === "") return t("Give the adapter a name.");
  if (nameProblem !== undefined) return t("Choose another name.");
  return refusal(facts);
}

function refusal({ estimate }: FormFacts): string | undefined {
  const isRefused = estimate?.phase === "failed" && estimate.isRefusal && estimate.isStale !== true;
  return isRefused ? t("This training does not fit on this machine.") : undefined;
}

/** Returns the reason why the data cannot be previewed yet; a preview needs no name. */
export function previewObstacle(facts: FormFacts): string | undefined {
  return dataObstacle(facts) ?? numberObstacle(facts);
}

function dataObstacle(facts: FormFacts): string | undefined {
  const { workspace, paperData } = facts;
  const { data, path } = facts.draft;
  const { snippets } = facts.snippets;
  switch (data) {
    case "commits":
      return commitsObstacle(facts);
    case "workspace":
      return workspace.files ? undefined : workspaceObstacle(workspace);
    case "snippets":
      if (snippets.length === 0) return t("Add code to the snippets first.");
      return snippets.some(({ reason }) => !reason) ? undefined : t("All snippets are left out.");
    case "path":
      return path === "" ? t("Choose a file or a folder to train on.") : undefined;
    case "conala":
      return undefined;
    case "codealpacapy":
    case "joint":
      return paperData?.codealpacapy === "here" ? undefined : t("Get CodeAlpacaPy first.");
  }
}

function commitsObstacle({ draft, numbers, workspace, commits }: FormFacts): string | undefined {
  if (workspace.folder === undefined) return t("Open a folder, or choose other data to train on.");
  const months = monthsOf(draft, numbers);
  if (months === undefined) return monthsProblem(numbers);
  if (commits?.months !== months) return t("Counting the lines of your commits…");
  if (commits.phase === "failed") return t("The lines of your commits could not be counted.");
  return commits.files > 0 ? undefined : t("Your commits of this period added no Python code here.");
}

/** Returns what is wrong with months that are not a valid number. */
export function monthsProblem(numbers: Pick<TrainingNumbers, "months">): string {
  const { minimum, maximum = "∞" } = numbers.months;
  return t("{0}: a whole number from {1} to {2}", monthsLabel, minimum, maximum);
}

/** Returns how many months of commits are asked for; undefined if the typed text is not a valid number. */
export function monthsOf(draft: FormDraft, { months }: TrainingNumbers): number | undefined {
  const text = textOf(months, draft.months);
  return accepts(months, text) ? Number(text) : undefined;
}

function workspaceObstacle({ folder, files }: Workspace): string {
  if (folder === undefined) return t("Open a folder, or choose other data to train on.");
  return files === undefined ? t("Counting Python files…") : t("There is no Python file in this workspace.");
}

/** Returns a problem with a number. Ignores a size that the method does not have, because its field is hidden. */
function numberObstacle({ draft, numbers }: FormFacts): string | undefined {
  const size = sizes[draft.method];
  const shown = ["epochs" as const, ...(size ? [size] : [])];
  const wrong = shown.find((name) => !acceptsOptional(numbers[name], draft[name] ?? ""));
  if (!wrong) return undefined;
  const { minimum, maximum = "∞" } = numbers[wrong];
  return t("{0}: a whole number from {1} to {2}, or nothing", numberLabels[wrong], minimum, maximum);
}

/** Returns the request of a form without obstacles. */
export function toTrainingForm(draft: FormDraft, numbers: TrainingNumbers): TrainingForm {
  const { data, preset, name, include, epochs = "" } = draft;
  return {
    data: dataOf(draft, numbers),
    method: methodOf(draft),
    name: name.trim(),
    ...(preset !== "balanced" && { preset }),
    ...(epochs !== "" && { epochs: Number(epochs) }),
    // Rows have no files to include.
    ...(include.length > 0 && !isRows(data) && { include: [...include] }),
  };
}

function dataOf(draft: FormDraft, numbers: TrainingNumbers): TrainingForm["data"] {
  const { data: kind, path } = draft;
  if (kind === "path") return { kind, path };
  return kind === "commits" ? { kind, months: monthsOf(draft, numbers) ?? 0 } : { kind };
}

function isRows(data: FormDraft["data"]): boolean {
  return data === "conala" || data === "codealpacapy" || data === "joint";
}

function methodOf({ method: name, rank = "", virtualTokens = "" }: FormDraft): TrainingForm["method"] {
  switch (name) {
    case "lora":
      return { name, ...(rank !== "" && { rank: Number(rank) }) };
    case "ia3":
      return { name };
    default:
      return { name, ...(virtualTokens !== "" && { virtualTokens: Number(virtualTokens) }) };
  }
}
