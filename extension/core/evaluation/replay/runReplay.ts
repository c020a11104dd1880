/** A replay from end to end: draws functions from held-out files, and types each through the editor's completion path. */

import { resolveBase } from "../../baseModels/resolveBase.ts";
import { tellProblems, type Problem } from "../../dataset/example.ts";
import type { Log } from "../../foundation/log.ts";
import { seededRandom } from "../../foundation/random.ts";
import { readRequest } from "../../foundation/requestSchema.ts";
import { say } from "../../foundation/words/said.ts";
import { openPythonParser } from "../../python/pythonParser.ts";
import { estimates, type Estimate } from "../measures/estimate.ts";
import { readHeldOut } from "../suites/heldOut.ts";
import { drawSpans, type TypedSpan } from "./drawSpans.ts";
import { reproduciblePlacements } from "../../devices/placements.ts";
import { openSuggester } from "./openSuggester.ts";
import {
  latencyOf,
  reliabilityOf,
  replayMeasure,
  type Latency,
  type Reliability,
  type ReplayScore,
} from "./replayMeasures.ts";
import { replayRequest, type ReplayOptions, type ReplaySettings } from "./replayRequest.ts";
import { replaySession } from "./session.ts";
import type { SessionRecord } from "./sessionRecord.ts";
import type { Suggester } from "./suggester.ts";
import { typist } from "./typist.ts";

export interface ReplayControl {
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface ReplayResult {
  readonly suite: string;
  readonly base: string;
  readonly sessions: readonly SessionRecord[];
  readonly scores: Readonly<Record<ReplayScore, Estimate>>;
  /** Answers that the model computed, and answers without a run of the model, such as those while the author types along a suggestion. */
  readonly latency: { readonly computed: Latency; readonly remembered: Latency };
  readonly reliability: readonly Reliability[];
  readonly problems: readonly Problem[];
}

/** The time that the editor itself waits before it asks, in milliseconds. */
const editorPause = 50;

/** The time between two sessions, in milliseconds: long enough for rejections in one to silence nothing in the next. */
const betweenSessions = 120_000;

/** @throws UserErrors about suite, base and adapters; the signal's reason once it is aborted */
export async function runReplay(options: ReplayOptions, control: ReplayControl): Promise<ReplayResult> {
  const settings = readRequest(replayRequest, options, say`replay`);
  const { suite, limit: count, seed } = settings;
  const { log, signal } = control;
  const heldOut = await readHeldOut(suite, signal);
  const { spans, problems } = await drawSpans(heldOut.files, await openPythonParser(), { count, seed, signal });
  const left = { name: heldOut.name, problems: [...heldOut.problems, ...problems] };
  tellProblems(left, log);
  const base = await resolveBase(settings.base, { ...settings, log, signal });
  const [placement] = await reproduciblePlacements({
    device: settings.device,
    home: settings.home,
    base: base.hash,
    log,
  });
  const suggester = await openSuggester(base, { ...settings, placement }, signal);
  try {
    const sessions = await replaySessions(spans, suggester, settings, control);
    const scores = scoresOf(sessions, seed, signal);
    return { suite: left.name, base: base.name, sessions, ...scores, problems: left.problems };
  } finally {
    await suggester.release();
  }
}

export async function replaySessions(
  spans: readonly TypedSpan[],
  suggester: Suggester,
  settings: Pick<ReplaySettings, "seed" | "interval" | "typos" | "reading" | "debounce" | "answerTime">,
  { signal, onProgress }: Omit<ReplayControl, "log"> = {},
): Promise<SessionRecord[]> {
  const { reading, answerTime, debounce } = settings;
  const pause = Math.max(editorPause, debounce);
  const sessions: SessionRecord[] = [];
  let startedAt = 0;
  for (const span of spans) {
    const author = typist(settings, `${span.file.path} ${span.start}`);
    const options = { typist: author, suggester, startedAt, pause, reading, answerTime, signal };
    const session = await replaySession(span, options);
    sessions.push(session);
    startedAt += session.milliseconds + betweenSessions;
    onProgress?.(sessions.length, spans.length);
  }
  return sessions;
}

function scoresOf(
  sessions: readonly SessionRecord[],
  seed: number,
  signal: AbortSignal | undefined,
): Pick<ReplayResult, "scores" | "latency" | "reliability"> {
  const counts = sessions.map((session) => replayMeasure.count(session));
  const timesOf = (kind: "computed" | "remembered"): Latency => latencyOf(sessions.flatMap((session) => session[kind]));
  return {
    scores: estimates(replayMeasure, counts, seededRandom(seed, "resamples"), signal),
    reliability: reliabilityOf(sessions),
    latency: { computed: timesOf("computed"), remembered: timesOf("remembered") },
  };
}
