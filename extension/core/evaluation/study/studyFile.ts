/**
 * A study file: suites, candidates and how they are evaluated, as JSON that people write, share and keep. Knows no run.
 *
 * Paths in the file are relative to its folder, so that a folder with a study can be moved and passed on.
 */

import { dirname, isAbsolute, join, resolve } from "node:path";
import * as z from "zod";
import { foreignFields, methodNames } from "../../adapters/methods/methodNamed.ts";
import { contextFields } from "../../completion/context/contextFields.ts";
import { isPaperDataset } from "../../dataset/paperDatasets.ts";
import { writeFileAtomic } from "../../foundation/atomicFile.ts";
import { systemCode, UserError } from "../../foundation/errors.ts";
import { parsedJson, readPlainText } from "../../foundation/plainFile.ts";
import { acceptedBy, fieldOf } from "../../foundation/requestSchema.ts";
import { english, say, verbatim, type Said } from "../../foundation/words/said.ts";
import { userFields } from "../../training/trainRequest.ts";
import { modes, suiteFields, taskFields } from "../runs/evaluationRequest.ts";

const text = z.string().min(1);

/**
 * The most characters of titles and names, and the most suites, candidates, seeds and runs. More runs would take years, and planning them
 * takes long, too.
 */
export const studyLimits = { title: 100, name: 100, suites: 50, candidates: 50, seeds: 100, runs: 2000 } as const;

/** Tasks to evaluate on. */
const suiteSchema = z.strictObject({
  source: suiteFields.suite,
  /** Instead of the study's. */
  limit: suiteFields.limit,
  examples: taskFields.examples,
});

/** The settings of a training by their names on the command line, as the training's own schema accepts them. */
const trainingSchema = z
  .looseObject({
    method: z.enum(methodNames),
    data: z.array(text).min(1),
    validation: text.optional(),
    init: text.optional(),
  })
  .superRefine((training, refinement) => {
    const unknown = Object.keys(training).filter((name) => !Object.hasOwn(userFields.shape, name) || places.has(name));
    if (unknown.length > 0) refinement.addIssue(`has no setting ${unknown.join(", ")}`);
    for (const [name, value] of Object.entries(training)) {
      // Settings are checked one by one and not replaced: the training applies its own defaults, and the file stays as it was written.
      const field = (userFields.shape as Record<string, z.ZodType>)[name];
      if (unknown.includes(name) || !field || field.safeParse(value).success) continue;
      refinement.addIssue({
        code: "custom",
        path: [name],
        message: `it must be ${english(acceptedBy(fieldOf(field)))}`,
      });
    }
    const foreign = foreignFields(training.method, training);
    if (foreign.length > 0)
      refinement.addIssue(`has no setting ${foreign.join(", ")} for the method ${training.method}`);
  });

/** Settings that the study decides itself. */
const places = new Set(["base", "out", "resume"]);

/** A system under test. Absent fields take the defaults of `graft evaluate`. */
const candidateSchema = z.strictObject({
  /** Its name in tables; by default, what it consists of. */
  name: text.max(studyLimits.name).optional(),
  base: z.string().optional().describe("Name of an installed base or a folder; the embedded base unless given"),
  adapters: z.array(z.strictObject({ folder: text, scale: z.number().default(1) })).optional(),
  /** A training whose adapter the candidate uses. With method "full", the training's result is the candidate's base. */
  training: trainingSchema.optional(),
  mode: z.enum(modes).optional(),
  shots: z.int().min(1).max(100).optional(),
  encoder: text.optional(),
  ...partly(contextFields),
  prior: z.boolean().optional(),
  draft: z.boolean().optional(),
  ngram: text.optional(),
  /** Instead of the study's. */
  seeds: z.array(z.int()).min(1).max(studyLimits.seeds).optional(),
});

const studyFields = z.strictObject({
  format: z.literal(1),
  title: text.max(studyLimits.title),
  suites: z.array(suiteSchema).min(1).max(studyLimits.suites),
  candidates: z.array(candidateSchema).min(1).max(studyLimits.candidates),
  protocol: taskFields.protocol,
  decoding: z
    .strictObject({
      greedy: z.boolean().optional(),
      beams: taskFields.beams.unwrap().optional(),
      samples: taskFields.samples.unwrap().optional(),
      temperature: taskFields.temperature.unwrap().optional(),
      topP: taskFields.topP.unwrap().optional(),
    })
    .default({}),
  limit: suiteFields.limit,
  /** Random seeds, with one run each where a seed decides predictions. */
  seeds: z.array(z.int()).min(1).max(studyLimits.seeds).default([42]),
  /** The runs in the order of their evaluation: positions of suite and candidate from 0, and the seed. Runs that are not listed follow. */
  order: z
    .array(z.tuple([z.int().nonnegative(), z.int().nonnegative(), z.int()]))
    .max(studyLimits.runs)
    .optional(),
  /** The runs of an exported study with their scores, which another run of the study should reproduce. */
  expected: z.array(z.object({ run: text, scores: z.record(z.string(), z.number()) })).optional(),
});

export const studySchema = studyFields.superRefine(({ suites, candidates, seeds }, refinement) => {
  const runs = candidates.reduce((sum, own) => sum + suites.length * (own.seeds ?? seeds).length, 0);
  if (runs > studyLimits.runs) {
    refinement.addIssue(`has up to ${runs} runs, suites by candidates by seeds; the limit is ${studyLimits.runs}`);
  }
});

export type Study = z.output<typeof studySchema>;
export type StudySuite = Study["suites"][number];
export type StudyCandidate = Study["candidates"][number];

/** The schema's fields without their defaults, so that a study stays as it was written. */
function partly(fields: typeof contextFields): {
  context: z.ZodOptional<z.ZodEnum<{ none: "none"; file: "file"; repository: "repository" }>>;
  contextTokens: typeof contextFields.contextTokens;
  repository: typeof contextFields.repository;
} {
  return { ...fields, context: fields.context.unwrap().optional() };
}

/**
 * Reads a study, with absolute paths.
 *
 * @throws UserError "study-missing", "study-invalid"
 */
export async function readStudy(path: string): Promise<Study> {
  const content = await readPlainText(path).catch((error: unknown) => {
    const reason = unreadable[systemCode(error) ?? ""];
    if (!reason) throw error;
    const message = say`Cannot read the study ${path}: ${reason}.`;
    throw new UserError("study-missing", message, chooseStudy, { cause: error });
  });
  return withPaths(parseStudy(content, path), (place) => resolve(dirname(path), place));
}

/** The next step if there is no such study. */
export const chooseStudy = say`Open a study from the list; on the command line, give its path or a name from \`graft study list\`.`;

/** Why a path holds no study, by the system's code. */
const unreadable: Readonly<Record<string, Said>> = {
  ENOENT: say`there is no such file`,
  ENOTDIR: say`there is no such file`,
  EISDIR: say`it is a folder`,
  ELOOP: say`its links lead in a circle`,
  EACCES: say`it may not be read`,
};

/** @throws UserError "study-invalid" */
function parseStudy(content: string, path: string): Study {
  const value = parsedJson(content);
  const parsed = studySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  // The path may name any file. Unless the file is a study, the error must not repeat its text or fields.
  if (value === undefined) throw invalid(path, say`it is not valid JSON`);
  const { success: isStudy } = z.object({ format: studyFields.shape.format }).safeParse(value);
  if (!isStudy) throw invalid(path, say`it is no study, whose field "format" is 1`);
  throw invalid(path, reasonsOf(parsed.error));
}

/**
 * Returns a study that Graft has put together.
 *
 * @throws UserError "study-invalid" beyond the limits of a study
 */
export function madeStudy(value: object): Study {
  const parsed = studySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const message = say`Cannot make the study: ${reasonsOf(parsed.error)}.`;
  throw new UserError("study-invalid", message, say`Choose fewer suites, candidates or seeds, or shorter names.`);
}

/** Returns a name or title, cut to the length that a study allows. */
export function cutName(name: string, most: number): string {
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`;
}

function reasonsOf({ issues }: z.ZodError): Said {
  return issues
    .slice(0, mostReasons)
    .map(reasonOf)
    .reduce((all, reason) => say`${all}; ${reason}`);
}

/** The most reasons in one message: a file may have a mistake in each candidate. */
const mostReasons = 5;

function reasonOf({ path, message }: z.core.$ZodIssue): Said {
  const where = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return where === "" ? verbatim(message) : say`${where.replace(/^\./, "")}: ${message}`;
}

function invalid(path: string, reason: Said): UserError {
  const message = say`Cannot use the study ${path}: ${reason}.`;
  return new UserError(
    "study-invalid",
    message,
    say`Correct the file, or create the study again: in the editor with "New study…", on the command line with \`graft study new\`.`,
  );
}

/** @throws UserError "disk-full", "not-writable" */
export async function writeStudy(path: string, study: Study): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(study, null, 2)}\n`);
}

/** Returns the study with each of its paths replaced. Names of data sets, bases and n-grams' corpora stay. */
export function withPaths(study: Study, replaced: (path: string) => string): Study {
  const data = (source: string): string => (isPaperDataset(source) ? source : replaced(source));
  // A base by name is installed; only absolute paths and paths with ./ or ../ are folders, as on the command line.
  const base = (name: string): string => (isAbsolute(name) || /^\.\.?([/\\]|$)/.test(name) ? replaced(name) : name);
  const each = <Key extends string>(of: Partial<Record<Key, string | undefined>>, keys: readonly Key[]): object =>
    Object.fromEntries(keys.flatMap((key) => (of[key] === undefined ? [] : [[key, data(of[key])]])));
  return {
    ...study,
    suites: study.suites.map((suite) => ({ ...suite, ...each(suite, ["source", "examples"]) })),
    candidates: study.candidates.map((candidate) => {
      const { adapters, training } = candidate;
      const changed = {
        ...candidate,
        ...each(candidate, ["encoder", "repository", "ngram"]),
        ...(candidate.base !== undefined && { base: base(candidate.base) }),
        ...(adapters && { adapters: adapters.map((one) => ({ ...one, folder: replaced(one.folder) })) }),
        ...(training && { training: trainingWith(training, { data, replaced }) }),
      };
      return changed;
    }),
  };
}

type Training = NonNullable<StudyCandidate["training"]>;

/** @param by the functions that replace a path; `data` keeps the names of data sets */
function trainingWith(
  training: Training,
  by: Readonly<Record<"data" | "replaced", (path: string) => string>>,
): Training {
  const { data, validation, init } = training;
  // A share of the data is not a path.
  const isPath = validation !== undefined && Number.isNaN(Number(validation));
  return {
    ...training,
    data: data.map(by.data),
    ...(isPath && { validation: by.data(validation) }),
    ...(init !== undefined && { init: by.replaced(init) }),
  };
}

/** The folder of a home's own studies. */
export function studiesFolder(home: string): string {
  return join(home, "studies");
}
