/** The draft of the benchmark form, valid or not: its request, and the reason if it cannot be sent yet. */

import type { EvaluationForm, EvaluationNumbers } from "../protocol/benchmark.ts";
import type { PaperDataState } from "../protocol/paperData.ts";
import { t } from "../shared/l10n.ts";
import { accepts, acceptsOptional, textOf } from "../shared/form/wholeNumber.ts";

/** The fields of the form. They are kept while the panel is hidden. */
export interface FormDraft {
  suite: EvaluationForm["suite"]["kind"];
  /** Path of the user's own suite. */
  path: string;
  /** Folder of held-out code. */
  folder: string;
  adapter: string;
  mode: EvaluationForm["mode"];
  examples: string;
  protocol: EvaluationForm["protocol"];
  /** Numbers as typed; undefined means the default. */
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

/** Selects an adapter with the usual mode: zero-shot for a base, "trained" for an adapter. */
export function withAdapter(adapter: string): Pick<FormDraft, "adapter" | "mode"> {
  return { adapter, mode: adapter === "" ? "zero-shot" : "trained" };
}

export function hasExamples({ suite, mode }: FormDraft): boolean {
  return suite !== "folder" && (mode === "icl" || mode === "rag");
}

/** Returns the reason why the form cannot be sent; undefined if it can. */
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

/** Returns the request of a form without obstacles. */
export function toEvaluationForm(draft: FormDraft, numbers: EvaluationNumbers): EvaluationForm {
  const { suite, adapter, mode, examples, protocol, limit = "" } = draft;
  return {
    suite: suiteOf(draft),
    adapter,
    mode,
    // Without examples this field is hidden and may contain anything.
    ...(hasExamples(draft) && { shots: Number(textOf(numbers.shots, draft.shots)) }),
    examples: suite === "file" ? examples : "",
    protocol,
    ...(limit !== "" && { limit: Number(limit) }),
    seed: Number(textOf(numbers.seed, draft.seed)),
  };
}
