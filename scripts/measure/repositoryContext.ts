/**
 * Measures what the other files of a repository are worth: {base, adapters} × {file, repository} × {prior off, on} on held-out
 * repositories, and prints the table of docs/benchmarks.md with paired tests. Run the same command again to resume.
 *
 *     node scripts/measure/repositoryContext.ts FOLDER… [--base B] [--trained WORK] [--limit 250[,150…]] [--no-bits]
 *                                       [--seed 42] [--folder .graft/repository]
 *
 * --limit is the number of lines and of blocks in each repository; with a list, every repository has its own.
 *
 * --trained is the --work of scripts/measure/adapterAtCursor.ts, which has split each repository by file and trained an adapter: holes are
 * drawn in the files that were held out. Without it, there are no adapters, and holes are drawn in all files.
 */

import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { seededRandom } from "../../extension/core/foundation/random.ts";
import { silentLog } from "../../extension/core/foundation/log.ts";
import {
  differenceText,
  intervalText,
  pText,
  valueText,
} from "../../extension/core/evaluation/measures/measureFormat.ts";
import { bootstrapIntervals, pairedTest } from "../../extension/core/evaluation/measures/resample.ts";
import { runEvaluation } from "../../extension/core/evaluation/runs/runEvaluation.ts";
import type { RunSummary } from "../../extension/core/evaluation/runs/runFolder.ts";
import { openRunMeasures, type RunMeasure } from "../../extension/core/evaluation/scoring/runMeasures.ts";
import { countRun, type RunCounts } from "../../extension/core/evaluation/scoring/scoreRun.ts";
import { root, scratch } from "../bed/paths.ts";

const { values: flags, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    base: { type: "string", default: "" },
    trained: { type: "string" },
    limit: { type: "string", default: "250" },
    "no-bits": { type: "boolean", default: false },
    seed: { type: "string", default: "42" },
    folder: { type: "string", default: join(scratch, "repository") },
  },
});
const home = resolve(flags.folder);
const limits = flags.limit.split(",").map(Number);

interface Setting {
  readonly name: string;
  readonly isAdapted: boolean;
  readonly context: "file" | "repository";
  readonly prior: boolean;
}

const settings: readonly Setting[] = [false, ...(flags.trained === undefined ? [] : [true])].flatMap((isAdapted) =>
  (["file", "repository"] as const).flatMap((context) =>
    [false, true].map((prior) => ({
      name: [isAdapted ? "LoRA" : "base", context, ...(prior ? ["prior"] : [])].join(" + "),
      isAdapted,
      context,
      prior,
    })),
  ),
);

/** The runs of a setting, one per repository, and what their items add to each measure. */
interface Measured {
  readonly setting: Setting;
  readonly runs: ReadonlyMap<string, { readonly run: RunSummary; readonly counts: RunCounts }>;
}

const shown = [
  "line.exact",
  "line.boundary.exact",
  "line.word.exact",
  "line.editSimilarity",
  "block.exact",
  "block.editSimilarity",
  "bitsPerByte",
];
const resamples = 1000;

async function evaluate(folder: string, { isAdapted, context, prior }: Setting): Promise<RunSummary> {
  const split = flags.trained === undefined ? undefined : resolve(flags.trained, basename(folder));
  const startedAt = performance.now();
  const run = await runEvaluation(
    {
      base: flags.base,
      home,
      embedded: join(root, "base"),
      dataFolder: join(home, "data"),
      adapters: split !== undefined && isAdapted ? [{ folder: join(split, "lora"), scale: 1 }] : [],
      suite: split === undefined ? resolve(folder) : join(split, "held"),
      ...(context === "repository" && { repository: resolve(folder) }),
      limit: limits[folders.indexOf(folder)] ?? limits[0]!,
      seed: Number(flags.seed),
      context,
      prior,
      // The prior changes what is decoded, not the bits.
      bits: !prior && !flags["no-bits"],
    },
    { log: silentLog },
  );
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  process.stderr.write(`${basename(folder)}: ${run.candidate}, prior ${prior ? "on" : "off"}, ${seconds} s\n`);
  return run;
}

/** Returns the rows of a measure over all repositories, by item. */
function rowsOf(
  { runs }: Measured,
  measure: RunMeasure,
  measures: readonly RunMeasure[],
): Map<string, readonly number[]> {
  const rows = new Map<string, readonly number[]>();
  const at = measures.indexOf(measure);
  for (const [name, { counts }] of runs) {
    const { ids, rows: own } = counts.measures[at]!;
    for (const [i, id] of ids.entries()) rows.set(`${name}/${id}`, own[i]!);
  }
  return rows;
}

function table(
  measured: readonly Measured[],
  measures: readonly RunMeasure[],
  repositories: readonly string[],
): string[] {
  const within = measured.map(({ setting, runs }): Measured => {
    return { setting, runs: new Map([...runs].filter(([name]) => repositories.includes(name))) };
  });
  const lines = within.map((each) => {
    const cells = shown.map((score) => {
      const measure = measures.find((each) => score in each.scores(new Float64Array(each.width)))!;
      const rows = rowsOf(each, measure, measures);
      if (rows.size === 0) return "";
      const sums = new Float64Array(measure.width);
      for (const row of rows.values()) for (const [i, value] of row.entries()) sums[i]! += value;
      const random = seededRandom(Number(flags.seed), score);
      const interval = bootstrapIntervals(measure, [...rows.values()], { random, resamples })!;
      const text = `${valueText(score, measure.scores(sums)[score]!)} (${intervalText(score, interval[score]!)})`;
      return text + differenceFrom(within[0]!, each, measure, measures, score);
    });
    return [each.setting.name, ...cells, speedOf(each)];
  });
  const header = [
    "",
    "lines exact, %",
    "between words",
    "inside words",
    "edit similarity",
    "blocks exact, %",
    "edit similarity",
    "bits per byte",
    "tokens/s",
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...lines.map(line)];
}

/** ", +3.20, p = 0.012" against the first row on the same items. */
function differenceFrom(
  first: Measured,
  other: Measured,
  measure: RunMeasure,
  measures: readonly RunMeasure[],
  score: string,
): string {
  if (first === other) return "";
  const [known, own] = [rowsOf(first, measure, measures), rowsOf(other, measure, measures)];
  const ids = [...own.keys()].filter((id) => known.has(id));
  const rows = (of: Map<string, readonly number[]>): (readonly number[])[] => ids.map((id) => of.get(id)!);
  const found = pairedTest(measure, rows(own), rows(known), {
    random: seededRandom(Number(flags.seed), `test ${score}`),
    resamples,
  });
  const test = found?.[score];
  return test ? `, ${differenceText(score, test.difference)}, ${pText(test.p)}` : "";
}

function speedOf({ runs }: Measured): string {
  const speeds = [...runs.values()].map(({ run }) => run.result!.tokensPerSecond);
  return (speeds.reduce((sum, speed) => sum + speed, 0) / Math.max(1, speeds.length)).toFixed(0);
}

const measured = settings.map((setting) => ({
  setting,
  runs: new Map<string, { run: RunSummary; counts: RunCounts }>(),
}));
let measures: readonly RunMeasure[] = [];
for (const folder of folders) {
  for (const { setting, runs } of measured) {
    const run = await evaluate(folder, setting);
    measures = await openRunMeasures(run.record.configuration);
    runs.set(basename(folder), { run, counts: await countRun(run.folder, measures) });
  }
  const names = folders.slice(0, folders.indexOf(folder) + 1).map((each) => basename(each));
  process.stdout.write(`\n${basename(folder)}\n\n${table(measured, measures, [basename(folder)]).join("\n")}\n`);
  if (names.length > 1)
    process.stdout.write(`\n${names.join(", ")} together\n\n${table(measured, measures, names).join("\n")}\n`);
}
