/** Studies that are ready to start: the paper's questions, and whether the user's own adapter is better than none. */

import { counted } from "../../foundation/words/quantities.ts";
import { cutName, madeStudy, studyLimits, type Study } from "./studyFile.ts";

export const readyStudies = ["paper", "adapter"] as const;
export type ReadyStudy = (typeof readyStudies)[number];

/** The seeds of the paper's drawn examples. */
const paperSeeds = [42, 777, 5432, 55555, 97];

const shots = [1, 2, 3];
const methods = ["lora", "ia3", "prompt", "prefix", "full"] as const;

export interface PaperOptions {
  /** The paper's data sets that are on this machine. */
  readonly suites: readonly string[];
  /** Instead of the embedded base. */
  readonly base?: string;
  readonly limit?: number;
}

/**
 * The questions of arXiv 2308.10462 about a base: every training method on every data set, and jointly on both,
 * against no, drawn and nearest examples. The study trains what is missing.
 */
export function paperStudy({ suites, base, limit }: PaperOptions): Study {
  const trained = suites.flatMap((suite) =>
    methods.map((method) => ({ name: `${method}-${suite}`, training: { method, data: [suite] } })),
  );
  const joint = { name: "lora-joint", training: { method: "lora", data: [...suites] } };
  const candidates = [
    { name: "zero-shot" },
    ...trained,
    ...(suites.length > 1 ? [joint] : []),
    ...shots.map((count) => ({ name: `RAG, ${count}`, mode: "rag", shots: count })),
    ...shots.map((count) => ({ name: `ICL, ${count}`, mode: "icl", shots: count, seeds: paperSeeds })),
  ];
  return madeStudy({
    format: 1,
    title: limit === undefined ? "The paper's questions" : `The paper's questions, first ${counted(limit, "task")}`,
    suites: suites.map((source) => ({ source })),
    candidates: base === undefined ? candidates : candidates.map((each) => ({ ...each, base })),
    protocol: "paper-v2",
    ...(limit !== undefined && { limit }),
  });
}

export interface AdapterOptions {
  /** The folder of the adapter. */
  readonly adapter: string;
  /** Its name. */
  readonly name: string;
  readonly base: string;
  /** Tasks or held-out code like what the adapter learned from. */
  readonly suite: string;
  /** Whether the suite is code with a file and a repository around it. */
  readonly isCode: boolean;
  readonly limit?: number;
}

/** The adapter against the base alone; on held-out code also with other files of the repository. */
export function adapterStudy({ adapter, name, base, suite, isCode, limit }: AdapterOptions): Study {
  const adapters = [{ folder: adapter }];
  const beside = ", with the repository";
  const withRepository = [
    { name: `without an adapter${beside}`, base, context: "repository" },
    { name: `${cutName(name, studyLimits.name - beside.length)}${beside}`, base, adapters, context: "repository" },
  ];
  return madeStudy({
    format: 1,
    title: `Is ${cutName(name, studyLimits.title - "Is  better?".length)} better?`,
    suites: [{ source: suite }],
    candidates: [
      { name: "without an adapter", base },
      { name: cutName(name, studyLimits.name), base, adapters },
      ...(isCode ? withRepository : []),
    ],
    ...(limit !== undefined && { limit }),
  });
}
