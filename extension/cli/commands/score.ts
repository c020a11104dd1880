/** graft score */

import { basename } from "node:path";
import type { Interval } from "../../core/foundation/numbers/interval.ts";
import { seededRandom } from "../../core/foundation/random.ts";
import { counted } from "../../core/foundation/words/quantities.ts";
import { openMetrics, reported, type Metric, type MetricName } from "../../core/evaluation/measures/metrics.ts";
import {
  bootstrapIntervals,
  pairedTest,
  type Difference,
  type ResampleOptions,
} from "../../core/evaluation/measures/resample.ts";
import {
  differenceText,
  intervalText,
  pText,
  unitLabel,
  valueText,
} from "../../core/evaluation/measures/measureFormat.ts";
import type { CodeBleuBehaviour } from "../../core/evaluation/measures/codebleu/codeBleu.ts";
import {
  mostRows,
  readReferences,
  scorePredictions,
  type Scored,
} from "../../core/evaluation/measures/scorePredictions.ts";
import { tellProblems } from "../../core/dataset/example.ts";
import type { Context } from "../context.ts";
import { aligned } from "../output.ts";

export interface ScoreFlags {
  readonly predictions: string;
  readonly references: string;
  readonly against?: string;
  readonly metric: readonly MetricName[];
  readonly codebleu: CodeBleuBehaviour;
  readonly resamples: number;
  readonly seed: number;
}

export async function scoreCommand(flags: ScoreFlags, { output, signal }: Context): Promise<void> {
  const metrics = await openMetrics(flags.metric, flags.codebleu);
  const measures = metrics.map(({ measure }) => measure);
  const references = await readReferences(flags.references);
  const score = (path: string): Promise<Scored> =>
    scorePredictions(path, references, measures, {
      signal,
      onProgress: ({ done, total }) => {
        const text = `${done} of ${counted(total, "item")} of ${basename(path)}`;
        output.progress(done, total, { file: path, done, total }, text);
      },
    });
  const scored = await score(flags.predictions);
  const other = flags.against === undefined ? undefined : await score(flags.against);

  const problems = [...new Set([...scored.problems, ...(other?.problems ?? [])])];
  tellProblems({ name: basename(flags.predictions), problems }, output.log);
  if (flags.resamples > 0 && !(scored.rows && (!other || other.rows))) {
    output.log.info(`Intervals are left out: there are more than ${mostRows} items.`);
  }

  const options = (metric: Metric): ResampleOptions => {
    return { random: seededRandom(flags.seed, `score/${metric.name}`), resamples: flags.resamples, signal };
  };
  const scores = metrics.map(({ name, measure }, i) => ({ name, scores: measure.scores(scored.sums[i]!) }));
  const intervals = metrics.flatMap((metric, i) => intervalsOf(metric, i, scored, options(metric)));
  const differences = metrics.flatMap((metric, i) =>
    other ? differencesOf(metric, i, [scored, other], options(metric)) : [],
  );
  output.result(
    {
      items: scored.items,
      metrics: reported(scores),
      ...(intervals.length > 0 && { intervals: reported(intervals) }),
      ...(differences.length > 0 && { against: flags.against, differences: reported(differences) }),
      problems,
    },
    [
      counted(scored.items, "item"),
      ...aligned(
        scores.flatMap(({ name, scores: values }, i) =>
          Object.entries(values).map(([score, value]) =>
            cells(scoreName(name, score), value, intervals[i]?.scores[score], differences[i]?.scores[score]),
          ),
        ),
      ),
    ].join("\n"),
  );
}

function intervalsOf(
  { name, measure }: Metric,
  index: number,
  { rows }: Scored,
  options: ResampleOptions,
): { name: MetricName; scores: Record<string, Interval> }[] {
  if (!rows || options.resamples === 0) return [];
  const counts = [...rows.values()].map((row) => row[index]!);
  const scores = bootstrapIntervals(measure, counts, options);
  return scores ? [{ name, scores }] : [];
}

/** Compares over the items that both have predictions for. */
function differencesOf(
  { name, measure }: Metric,
  index: number,
  [first, second]: readonly [Scored, Scored],
  options: ResampleOptions,
): { name: MetricName; scores: Record<string, Difference> }[] {
  if (!first.rows || !second.rows || options.resamples === 0) return [];
  const pairs = [...first.rows].flatMap(([id, row]) => {
    const partner = second.rows?.get(id);
    return partner ? [[row[index]!, partner[index]!] as const] : [];
  });
  const [ones, others] = [pairs.map(([one]) => one), pairs.map(([, one]) => one)];
  const scores = pairedTest(measure, ones, others, options);
  return scores ? [{ name, scores }] : [];
}

/** Returns the name that runs use: "em@1", "codebleu", "codebleu.syntax". */
function scoreName(metric: MetricName, score: string): string {
  if (metric !== "codebleu") return score;
  return score === "score" ? "codebleu" : `codebleu.${score}`;
}

/** Returns the cells "em@1, %", "41.25", "38.12 to 44.30", "+2.10 (0.40 to 3.81), p = 0.012". */
function cells(name: string, value: number, interval?: Interval, difference?: Difference): string[] {
  const about =
    difference && `${differenceText(name, difference.difference)} (${intervalText(name, difference.interval)})`;
  return [
    unitLabel(name),
    valueText(name, value),
    interval ? intervalText(name, interval) : "",
    difference ? `${about}, ${pText(difference.p)}` : "",
  ];
}
