/** What the studies panel shows of an open study's results. */

export interface StudyResults {
  suites: readonly SuiteView[];
  charts: readonly { name: string; suite: number; measure: string; svg: string }[];
  learning: LearningView;
  history: readonly HistoryView[];
}

/** The trainings of the candidates: their losses over the steps. */
export interface LearningView {
  charts: readonly { name: string; svg: string }[];
  facts: readonly CurveFactsView[];
  /** Candidates that were trained without a record of their losses. */
  unrecorded: readonly string[];
}

/** Losses per target token. */
export interface CurveFactsView {
  name: string;
  steps: number;
  training: { first: number; last: number };
  validation?: { before: number; best: number; bestStep: number; last: number };
}

/** A run of the study, or an earlier run that evaluated the same with other inputs. */
export interface HistoryView {
  id: string;
  candidate: string;
  suite: string;
  startedAt: string;
  /** Empty until it is finished. */
  scores: string;
  /** Inputs that differ from the study's; none for the study's own runs. */
  changed: readonly InputName[];
  facts: readonly { name: FactName; value: string }[];
}

export type InputName = "suite" | "base" | "adapters" | "examples" | "context" | "version";

export type FactName =
  | Exclude<InputName, "adapters">
  | "candidate"
  | "suiteHash"
  | "tasks"
  | "protocol"
  | "prompting"
  | "baseHash"
  | "adapter"
  | "decoding"
  | "seed"
  | "machine"
  | "device"
  | "started"
  | "finished"
  | "leftOut";

/** The results of one suite and protocol. */
export interface SuiteView {
  suite: string;
  protocol: string;
  measures: readonly string[];
  /** Adapters against their base alone, under the same conditions. */
  effects: readonly EffectView[];
  fewestItems: number;
  note?: string;
  rows: readonly RowView[];
}

/** A candidate with adapters against the same one without, by each measure that fits a page. */
export interface EffectView {
  candidate: string;
  without: string;
  findings: readonly FindingView[];
}

/** The score with adapters minus that without, by a paired test. */
export interface FindingView {
  measure: string;
  difference: number;
  interval: { low: number; high: number };
  p: number;
  verdict: "better" | "worse" | "none" | "tooFew";
}

export interface RowView {
  candidate: string;
  seeds: readonly number[];
  items: number;
  scores: Readonly<Record<string, ShownScore>>;
  marks: Readonly<Record<string, "best" | "tied">>;
  trainableParameters: number;
  adapterBytes: number;
  trainingSeconds?: number;
  trainingMemoryBytes?: number;
  tokensPerSecond: number;
  peakMemoryBytes: number;
}

/** With a 95 % interval, or the deviation of several seeds. */
export type ShownScore = { value: number; low: number; high: number } | { value: number; deviation: number };
