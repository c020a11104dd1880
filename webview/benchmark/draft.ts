/** The form as it stands, whether or not it could be sent: what it asks for, and why it cannot be sent yet. */

import type { EvaluationForm, EvaluationNumbers } from "../protocol/benchmark.ts";
import type { PaperDataState } from "../protocol/paperData.ts";
import { t } from "../shared/l10n.ts";
import { accepts, acceptsOptional, textOf } from "../shared/form/wholeNumber.ts";

/** Kept while the panel is hidden. */
export interface FormDraft {
  suite: EvaluationForm["suite"]["kind"];
  /** Where a suite of the user's own lies. */
  path: string;
  /** Where held-out code lies. */
  folder: string;
  adapter: string;
  mode: EvaluationForm["mode"];
  examples: string;
  protocol: EvaluationForm["protocol"];
  /** Numbers are texts; undefined ones stand for their defaults. */
  shots?: string;
  limit?: string;
  seed?: string;
}

export const blankDraft: FormDraft = {
  suite: "conala",
  path: "",
  folder: "",
  adapter: "",
  mode: "zero-shot",
  examples: "",
  protocol: "graft",
};

/** A base is asked as it is; an adapter, as it was trained. */
export function withAdapter(adapter: string): Pick<FormDraft, "adapter" | "mode"> {
  return { adapter, mode: adapter === "" ? "zero-shot" : "trained" };
}

export function hasExamples({ suite, mode }: FormDraft): boolean {
  return suite !== "folder" && (mode === "icl" || mode === "rag");
}

/** Why nothing can be evaluated as the form stands; undefined where it can. */
export function obstacle(
  draft: FormDraft,
  numbers: EvaluationNumbers,
  paperData: PaperDataState | undefined,
): string | undefined {
  const { suite, path, examples } = draft;
  const { shots, limit, seed } = numbers;
  if (suite === "file" && path === "") return t("Choose a file of tasks first.");
  if (suite === "folder" && draft.folder === "") return t("Choose a folder of Python code first.");
  if (suite === "codealpacapy" && paperData?.codealpacapy !== "here") return t("Get CodeAlpacaPy first.");
  if (hasExamples(draft) && !accepts(shots, textOf(shots, draft.shots)))
    return t("Examples: give a whole number from {0} to {1}.", shots.minimum, shots.maximum ?? "∞");
  if (hasExamples(draft) && suite === "file" && examples === "") return t("Choose a file of examples first.");
  if (!acceptsOptional(limit, textOf(limit, draft.limit)))
    return t("Tasks: give a whole number from {0} on, or none for all.", limit.minimum);
  if (!accepts(seed, textOf(seed, draft.seed))) return t("Seed: give a whole number from {0} on.", seed.minimum);
  return undefined;
}

function suiteOf({ suite, path, folder }: FormDraft): EvaluationForm["suite"] {
  if (suite === "file") return { kind: suite, path };
  return suite === "folder" ? { kind: suite, path: folder } : { kind: suite };
}

/** What a form without obstacles asks for. */
export function toEvaluationForm(draft: FormDraft, numbers: EvaluationNumbers): EvaluationForm {
  const { suite, adapter, mode, examples, protocol, limit = "" } = draft;
  return {
    suite: suiteOf(draft),
    adapter,
    mode,
    // Out of sight where there are no examples, where it may hold anything.
    ...(hasExamples(draft) && { shots: Number(textOf(numbers.shots, draft.shots)) }),
    examples: suite === "file" ? examples : "",
    protocol,
    ...(limit !== "" && { limit: Number(limit) }),
    seed: Number(textOf(numbers.seed, draft.seed)),
  };
}
