/** The draft of a new study, valid or not: its request, and the reason if it cannot be created yet. */

import type { PaperDataState } from "../protocol/paperData.ts";
import type { StudiesState, StudyFields, StudyForm } from "../protocol/study.ts";
import type { NumberField } from "../protocol/numberField.ts";
import { accepts, acceptsOptional } from "../shared/form/wholeNumber.ts";
import { t } from "../shared/l10n.ts";

/** The fields of the form. They are kept while the panel is hidden. */
export interface StudyDraft {
  title: string;
  /** The adapter that "Is my adapter better?" is about; empty for the user's own study. */
  compared: string;
  /** Data sets of the paper that are chosen. */
  paper: readonly string[];
  /** Paths of the user's own suites. */
  paths: readonly string[];
  examples: string;
  encoder: string;
  hasBase: boolean;
  /** Numbers of examples as typed, such as "1, 3"; empty for none. */
  drawn: string;
  nearest: string;
  adapters: readonly string[];
  bases: readonly string[];
  hasRepository: boolean;
  protocol: StudyForm["protocol"];
  decoding: StudyForm["decoding"];
  limit: string;
  seeds: string;
}

export const blankStudy: StudyDraft = {
  title: "",
  compared: "",
  paper: [],
  paths: [],
  examples: "",
  encoder: "",
  hasBase: true,
  drawn: "",
  nearest: "",
  adapters: [],
  bases: [],
  hasRepository: false,
  protocol: "graft",
  decoding: "beams",
  limit: "",
  seeds: "42",
};

/**
 * Returns the draft of "Is my adapter better?": on what the adapter's training held out, or on CoNaLa if that is unknown.
 *
 * @param heldOut the suites of adapters
 */
export function adapterDraft(adapter: string, heldOut: StudiesState["heldOut"]): StudyDraft {
  const suite = heldOut[adapter];
  const suites = suite === undefined ? { paper: ["conala"] } : { paths: [suite], hasRepository: true };
  return { ...blankStudy, title: t("Is {0} better?", adapter), compared: adapter, adapters: [adapter], ...suites };
}

/** Only code has a repository around it. Whether a file of tasks is code is known only once the study is planned. */
export function mayHaveRepository({ paths }: Pick<StudyDraft, "paths">): boolean {
  return paths.length > 0;
}

/** Whether only the download of CodeAlpacaPy is missing to use the suites that are chosen. */
export function lacksCodeAlpacaPy({ paper }: StudyDraft, paperData: PaperDataState | undefined): boolean {
  return paper.includes("codealpacapy") && paperData?.codealpacapy !== "here";
}

/** Returns the numbers of a list such as "1, 3"; undefined if it is not such a list. */
function numbersOf(text: string, field: NumberField): number[] | undefined {
  const parts = text.split(/[,\s]+/).filter((part) => part !== "");
  return parts.every((part) => accepts(field, part)) ? [...new Set(parts.map(Number))] : undefined;
}

/** Returns the reason why the study cannot be created; undefined if it can. */
export function obstacle(
  draft: StudyDraft,
  fields: StudyFields,
  paperData: PaperDataState | undefined,
): string | undefined {
  const { limit, seed, shots } = fields;
  const { title, paper, paths, drawn, nearest, hasBase, adapters, bases, examples } = draft;
  if (title.trim() === "") return t("Give the study a title.");
  if (paper.length + paths.length === 0) return t("Choose a suite first.");
  if (lacksCodeAlpacaPy(draft, paperData)) return t("Get CodeAlpacaPy first.");
  const [some, near] = [numbersOf(drawn, shots), numbersOf(nearest, shots)];
  if (!some || !near) return t("Examples: give whole numbers from {0} to {1}.", shots.minimum, shots.maximum ?? "∞");
  if (Number(hasBase) + adapters.length + bases.length + some.length + near.length === 0)
    return t("Choose a candidate first.");
  const ownFiles = paths.filter((path) => path.endsWith(".jsonl"));
  if (some.length + near.length > 0 && ownFiles.length > 0 && examples === "")
    return t("Choose a file of examples first.");
  if (!acceptsOptional(limit, draft.limit))
    return t("Tasks: give a whole number from {0} on, or none for all.", limit.minimum);
  if (!numbersOf(draft.seeds, seed)?.length) return t("Seeds: give whole numbers from {0} on.", seed.minimum);
  return excess(toStudyForm(draft, fields), fields.most);
}

/** Returns what exceeds the limits of a study, if anything does. */
function excess(form: StudyForm, most: StudyFields["most"]): string | undefined {
  const { title, suites, hasBase, adapters, bases, drawn, nearest, encoder, hasRepository, seeds } = form;
  const whole = Number(hasBase) + adapters.length + bases.length;
  const shown = drawn.length + nearest.length * (encoder === "" ? 1 : 2);
  const candidates = whole * (hasRepository ? 2 : 1) + shown;
  const runs = suites.length * candidates * seeds.length;
  if (title.length > most.title) return t("Title: give at most {0} characters.", most.title);
  if (suites.length > most.suites) return t("Choose at most {0} suites.", most.suites);
  if (candidates > most.candidates)
    return t("Choose at most {0} candidates: these are {1}.", most.candidates, candidates);
  if (seeds.length > most.seeds) return t("Seeds: give at most {0}.", most.seeds);
  if (runs > most.runs) return t("Suites, candidates and seeds make {0} runs; the limit is {1}.", runs, most.runs);
  return undefined;
}

/** Returns the request of a draft without obstacles. */
export function toStudyForm(draft: StudyDraft, { seed, shots }: StudyFields): StudyForm {
  const { paper, paths, drawn, nearest, limit, seeds, adapters, bases, title, compared: _compared, ...rest } = draft;
  return {
    ...rest,
    title: title.trim(),
    hasRepository: draft.hasRepository && mayHaveRepository(draft),
    suites: [...paper, ...paths],
    drawn: numbersOf(drawn, shots)!,
    nearest: numbersOf(nearest, shots)!,
    adapters: [...adapters],
    bases: [...bases],
    ...(limit !== "" && { limit: Number(limit) }),
    seeds: numbersOf(seeds, seed)!,
  };
}
