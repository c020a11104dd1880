/** The form as it stands, whether or not it could be sent: what it asks for, and why it cannot be sent yet. */

import type { NumberField } from "../protocol/numberField.ts";
import type { PaperDataState } from "../protocol/paperData.ts";
import type { ToTraining, TrainingForm, TrainingNumbers } from "../protocol/training.ts";
import { t } from "../shared/l10n.ts";
import { accepts, acceptsOptional, textOf } from "../shared/form/wholeNumber.ts";

/** Kept while the view is hidden. */
export interface FormDraft {
  data: TrainingForm["data"]["kind"];
  path: string;
  method: Method;
  /** As typed, spaces around it included. */
  name: string;
  /** Whether the user typed the name; a suggestion changes with the workspace. */
  nameChosen: boolean;
  /** Numbers are texts; undefined ones stand for their defaults. */
  epochs?: string;
  rank?: string;
  virtualTokens?: string;
  advanced: boolean;
}

export type Method = TrainingForm["method"]["name"];
export type Workspace = Omit<Extract<ToTraining, { type: "workspace" }>, "type">;

export const blankDraft: FormDraft = {
  data: "workspace",
  path: "",
  method: "lora",
  name: "",
  nameChosen: false,
  advanced: false,
};

/** The number that a method's size is asked for with. */
export const sizes: Readonly<Record<Method, "rank" | "virtualTokens" | undefined>> = {
  lora: "rank",
  ia3: undefined,
  prefix: "virtualTokens",
  prompt: "virtualTokens",
};

export const numberLabels = { rank: t("Rank"), virtualTokens: t("Virtual tokens") };

/** All that decides whether the training can start. */
export interface FormFacts {
  draft: FormDraft;
  workspace: Workspace;
  paperData: PaperDataState | undefined;
  nameProblem: string | undefined;
  numbers: TrainingNumbers;
}

/** Why the training cannot start yet; undefined where it can. */
export function obstacle(facts: FormFacts): string | undefined {
  const { draft, nameProblem } = facts;
  const missing = dataObstacle(facts);
  if (missing !== undefined) return missing;
  if (draft.name.trim() === "") return t("Give the adapter a name.");
  if (nameProblem !== undefined) return t("Choose another name.");
  return numberObstacle(facts);
}

function dataObstacle({ draft: { data, path }, workspace, paperData }: FormFacts): string | undefined {
  switch (data) {
    case "workspace":
      return workspace.files ? undefined : workspaceObstacle(workspace);
    case "path":
      return path === "" ? t("Choose a file or a folder to train on.") : undefined;
    case "conala":
      return undefined;
    case "codealpacapy":
      return paperData?.codealpacapy === "here" ? undefined : t("Get CodeAlpacaPy first.");
  }
}

function workspaceObstacle({ folder, files }: Workspace): string {
  if (folder === undefined) return t("Open a folder, or choose other data to train on.");
  return files === undefined ? t("Counting Python files…") : t("There is no Python file in this workspace.");
}

/** A size that the method does not have stays out of sight, where it may hold anything. */
function numberObstacle({ draft, numbers }: FormFacts): string | undefined {
  const limits = ({ minimum, maximum }: NumberField) => [minimum, maximum ?? "∞"] as const;
  if (!acceptsOptional(numbers.epochs, textOf(numbers.epochs, draft.epochs)))
    return t("Epochs: a whole number from {0} to {1}, or nothing", ...limits(numbers.epochs));
  const size = sizes[draft.method];
  if (!size || accepts(numbers[size], textOf(numbers[size], draft[size]))) return undefined;
  return t("{0}: a whole number from {1} to {2}", numberLabels[size], ...limits(numbers[size]));
}

/** What a form without obstacles asks for. */
export function toTrainingForm(draft: FormDraft, numbers: TrainingNumbers): TrainingForm {
  const { data, path, method, name, epochs = "" } = draft;
  return {
    data: data === "path" ? { kind: data, path } : { kind: data },
    method: methodOf(method, (size) => Number(textOf(numbers[size], draft[size]))),
    name: name.trim(),
    ...(epochs !== "" && { epochs: Number(epochs) }),
  };
}

function methodOf(name: Method, size: (of: "rank" | "virtualTokens") => number): TrainingForm["method"] {
  switch (name) {
    case "lora":
      return { name, rank: size("rank") };
    case "ia3":
      return { name };
    default:
      return { name, virtualTokens: size("virtualTokens") };
  }
}
