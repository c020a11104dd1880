/** Scores of replayed sessions: sums over sessions, so that resampling gives intervals; and percentiles of times. */

import type { Summed } from "../measures/measure.ts";
import type { SessionRecord } from "./sessionRecord.ts";

export type ReplayScore =
  | "exact"
  | "prefix"
  | "accepted"
  | "savedPerKeystroke"
  | "keystrokesSaved"
  | "silence"
  | "late"
  | "prefilledPerRequest"
  | "decodedPerRequest"
  | "writtenPerRun"
  | "tokensPerSecond";

/** The numbers that a session adds. */
const columns = {
  shown: ({ shown }) => shown,
  exact: ({ exact }) => exact,
  prefix: ({ prefix }) => prefix,
  accepts: ({ acceptedWhole, acceptedInPart }) => acceptedWhole + acceptedInPart,
  characters: ({ accepted }) => accepted,
  keystrokes: ({ keystrokes }) => keystrokes,
  plainKeys: ({ plainKeys }) => plainKeys,
  quiet: ({ quiet }) => quiet,
  requests: ({ requests }) => requests,
  late: ({ cancelled }) => cancelled,
  silent: ({ silent }) => silent,
  prefilled: ({ cost }) => cost.prefilled,
  decoded: ({ cost }) => cost.decoded,
  runs: ({ cost }) => cost.runs,
  written: ({ cost }) => cost.written,
  milliseconds: ({ cost }) => cost.milliseconds,
} as const satisfies Record<string, (session: SessionRecord) => number>;

const names = Object.keys(columns) as (keyof typeof columns)[];

/** In percent, except for the scores with "per" in their names. */
export const replayMeasure: Summed<ReplayScore> & { count(session: SessionRecord): readonly number[] } = {
  width: names.length,
  count: (session) => names.map((name) => columns[name](session)),
  scores: (sums) => {
    const of = (name: keyof typeof columns): number => sums[names.indexOf(name)]!;
    return {
      exact: percent(of("exact"), of("shown")),
      prefix: percent(of("prefix"), of("shown")),
      accepted: percent(of("accepts"), of("shown")),
      savedPerKeystroke: ratio(of("characters"), of("keystrokes")),
      keystrokesSaved: percent(of("plainKeys") - of("keystrokes"), of("plainKeys")),
      silence: percent(of("silent") + of("quiet"), of("requests") + of("quiet") - of("late")),
      late: percent(of("late"), of("requests")),
      prefilledPerRequest: ratio(of("prefilled"), of("requests")),
      decodedPerRequest: ratio(of("decoded"), of("requests")),
      writtenPerRun: ratio(of("written"), of("runs")),
      tokensPerSecond: ratio(1000 * of("written"), of("milliseconds")),
    };
  },
};

/** Suggestions shown with at least this confidence, and the percentage of them that was right. */
export interface Reliability {
  readonly confidence: number;
  readonly shown: number;
  readonly right: number;
}

const bounds = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

export function reliabilityOf(sessions: readonly SessionRecord[]): Reliability[] {
  const all = sessions.flatMap(({ confidences }) => confidences);
  return bounds.map((bound) => {
    const sure = all.filter(({ confidence }) => confidence >= bound);
    const right = sure.filter(({ isRight }) => isRight).length;
    return { confidence: bound, shown: sure.length, right: percent(right, sure.length) };
  });
}

export interface Latency {
  readonly answers: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Percentiles by nearest rank; 0 without answers. */
export function latencyOf(milliseconds: readonly number[]): Latency {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { answers: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function percent(part: number, whole: number): number {
  return 100 * ratio(part, whole);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
