/** graft replay: typing sessions over held-out code, as the editor would have served them. */

import { writeFileAtomic } from "../../core/foundation/atomicFile.ts";
import { counted } from "../../core/foundation/words/quantities.ts";
import type { Estimate } from "../../core/evaluation/measures/estimate.ts";
import type { Latency, ReplayScore } from "../../core/evaluation/replay/replayMeasures.ts";
import { runReplay, type ReplayResult } from "../../core/evaluation/replay/runReplay.ts";
import type { mechanismFields, replayFields } from "../../core/evaluation/replay/replayRequest.ts";
import type * as z from "zod";
import type { Context } from "../context.ts";
import { probeNamed } from "./devices.ts";
import { aligned, count } from "../output.ts";
import type { AdapterFlag } from "./complete.ts";

export interface ReplayFlags extends z.input<z.ZodObject<typeof replayFields & typeof mechanismFields>> {
  readonly base: string;
  readonly adapter: readonly AdapterFlag[];
  readonly sessions?: string;
}

/** Rows of the table. */
const labels: Readonly<Record<ReplayScore, readonly [label: string, unit: string, digits: number]>> = {
  exact: ["right as a whole, of those shown", "%", 1],
  prefix: ["right in their first lines", "%", 1],
  accepted: ["accepted", "%", 1],
  savedPerKeystroke: ["characters saved per keystroke", "", 3],
  keystrokesSaved: ["keystrokes saved", "%", 1],
  silence: ["silence, of the pauses", "%", 1],
  late: ["cancelled by the next key", "%", 1],
  prefilledPerRequest: ["tokens prefilled per request", "", 1],
  decodedPerRequest: ["tokens decoded per request", "", 1],
  writtenPerRun: ["tokens written per run", "", 2],
  tokensPerSecond: ["tokens per second, decoding", "", 1],
};

export async function replayCommand(flags: ReplayFlags, context: Context): Promise<void> {
  const { output, places, signal } = context;
  await probeNamed(flags.device, flags.base, context);
  const { adapter: adapters, sessions: file, ...fields } = flags;
  const replay = await runReplay(
    { ...fields, ...places, adapters },
    {
      log: output.log,
      signal,
      onProgress: (done, total) => {
        const functions = counted(total, "function", { shown: count(total) });
        output.progress(done, total, { done, total }, `${count(done)} of ${functions} typed`);
      },
    },
  );
  const { sessions, ...rest } = replay;
  if (file !== undefined) await writeFileAtomic(file, sessions.map((row) => `${JSON.stringify(row)}\n`).join(""));
  output.result({ ...rest, sessions: sessions.length, ...totalsOf(sessions) }, table(replay));
}

type Totalled = "shown" | "requests" | "keystrokes";

interface Totals extends Record<Totalled, number> {
  readonly silences: Readonly<Record<string, number>>;
}

function totalsOf(sessions: ReplayResult["sessions"]): Totals {
  const sum = (of: Totalled): number => sessions.reduce((all, each) => all + each[of], 0);
  const silences: Record<string, number> = {};
  for (const session of sessions) {
    for (const [reason, times] of Object.entries(session.silences)) silences[reason] = (silences[reason] ?? 0) + times;
  }
  return { shown: sum("shown"), requests: sum("requests"), keystrokes: sum("keystrokes"), silences };
}

function table({ suite, base, sessions, scores, latency }: ReplayResult): string {
  const { shown, requests, keystrokes, silences } = totalsOf(sessions);
  const reasons = Object.entries(silences).map(([reason, times]) => `${reason} ${times}`);
  const functions = counted(sessions.length, "function", { shown: count(sessions.length) });
  const heading = `${suite}: ${functions}, ${base}; 95 % intervals over functions`;
  const rows = Object.entries(labels).map(([name, label]) => scoreRow(label, scores[name as ReplayScore]));
  return [
    heading,
    ...aligned([
      ["keystrokes, requests, suggestions shown", `${keystrokes}, ${requests}, ${shown}`],
      ...rows,
      ["reasons for silence", reasons.join(", ")],
      timeRow("milliseconds, computed", latency.computed),
      timeRow("milliseconds, remembered", latency.remembered),
    ]),
  ].join("\n");
}

function scoreRow([label, unit, digits]: (typeof labels)[ReplayScore], { value, low, high }: Estimate): string[] {
  const [shown, from, to] = [value, low, high].map((each) => each.toFixed(digits).replace("-", "−"));
  return [unit === "" ? label : `${label}, ${unit}`, `${shown} (${from} to ${to})`];
}

function timeRow(label: string, { answers, p50, p95, p99 }: Latency): string[] {
  const [half, most, nearlyAll] = [p50, p95, p99].map((each) => each.toFixed(0));
  return [label, `p50 ${half}, p95 ${most}, p99 ${nearlyAll} (${counted(answers, "answer")})`];
}
