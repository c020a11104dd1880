/** graft evaluate of gaps in held-out sources: bits per byte, and fills as in the editor. */

import { basename } from "node:path";
import { writeFileAtomicWith } from "../../core/foundation/atomicFile.ts";
import type { InstalledBase } from "../../core/baseModels/installedBase.ts";
import { baseContender } from "../../core/evaluation/infilling/contender.ts";
import {
  evaluateFills,
  type ContenderReport,
  type Entrant,
  type EvaluateProgress,
  type FillReport,
  type KindScores,
} from "../../core/evaluation/infilling/evaluateFills.ts";
import type { Fill, FillScores } from "../../core/evaluation/measures/infilling.ts";
import type { Estimate } from "../../core/evaluation/measures/estimate.ts";
import { ngramContender, ngramOrder } from "../../core/evaluation/candidates/ngramContender.ts";
import type { Place } from "../../core/evaluation/suites/holes.ts";
import { readHeldOut } from "../../core/evaluation/suites/heldOut.ts";
import { tellProblems } from "../../core/dataset/example.ts";
import { openTokenizer } from "../../core/tokenizer/tokenizer.ts";
import type { AdapterFlag } from "./complete.ts";
import { openNamedBase, type Context } from "../context.ts";
import type { EvaluateFlags } from "./evaluate.ts";
import { aligned, count, duration } from "../output.ts";

export async function evaluateFillsCommand(flags: EvaluateFlags, context: Context): Promise<void> {
  const { output, signal } = context;
  const { limit } = flags;
  const [seed = 42] = flags.seed;
  const suite = await readHeldOut(flags.suite, signal);
  const entrants = await entrantsOf(flags, context);
  const evaluate = (onFill?: (name: string, fill: Fill) => Promise<void>): Promise<FillReport> =>
    evaluateFills(
      suite,
      entrants,
      { limit, seed },
      {
        signal,
        onFill,
        onProgress: (progress) => {
          const { done, total = done + 1 } = progress; // How many there are may show at the end only.
          output.progress(done, total, { ...progress }, described(progress));
        },
      },
    );
  const report =
    flags.predictions === undefined
      ? await evaluate()
      : await writeFileAtomicWith(flags.predictions, (file) =>
          evaluate((name, fill) => file.appendFile(`${JSON.stringify(predictionOf(name, fill))}\n`)),
        );
  const { spots, contenders, problems, ...about } = report;
  tellProblems({ name: suite.name, problems }, output.log);
  const { name: _, ...metrics } = contenders[0]!;
  output.result(
    { suite: suite.name, seed, ...about, items: spots, metrics, contenders, problems },
    table(suite.name, seed, report),
  );
}

/** The base with its adapters first, then what it is compared with. */
async function entrantsOf(flags: EvaluateFlags, context: Context): Promise<Entrant[]> {
  const base = await openNamedBase(flags.base, context);
  const entrants = [baseEntrant(base, flags.adapter)];
  for (const name of flags.baseline) entrants.push(baseEntrant(await openNamedBase(name, context), []));
  const { ngram } = flags;
  if (ngram !== undefined) {
    entrants.push({
      name: `${ngramOrder}-gram`,
      open: async (control) => {
        const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
        return ngramContender(ngram, tokenizer, { ...control, log: context.output.log });
      },
    });
  }
  return entrants;
}

function baseEntrant(base: InstalledBase, adapters: readonly AdapterFlag[]): Entrant {
  const name = [base.name, ...adapters.map(({ folder }) => basename(folder))].join(" + ");
  return { name, open: () => baseContender(base, adapters) };
}

/** Of one spot, with the fields that `graft score` reads. */
function predictionOf(contender: string, { spot, text, ...judged }: Fill): object {
  const { file, start, end, kind, place } = spot;
  const before = file.text.slice(0, start).split("\n");
  const [line, column] = [before.length, before.at(-1)!.length + 1];
  const id = `${file.path}:${line}:${column}`;
  const reference = file.text.slice(start, end);
  return { id, contender, kind, place, path: file.path, line, column, predictions: [text], reference, ...judged };
}

function described({ contender, phase, done, total, etaSeconds }: EvaluateProgress): string {
  const left = etaSeconds === undefined ? "" : `, ${duration(etaSeconds)} left`;
  return `${contender}: ${phase} ${count(done)}${total === undefined ? "" : ` of ${count(total)}`}${left}`;
}

const placeNames: Readonly<Record<Place, string>> = {
  boundary: "between words",
  word: "inside words",
  header: "behind the header",
  body: "on the line below",
};

/** A column a contender. */
function table(suite: string, seed: number, { files, bytes, spots, contenders }: FillReport): string {
  const rows: [string, (report: ContenderReport) => string][] = [
    ["", ({ name }) => name],
    ["bits per byte", (report) => estimate(report.bitsPerByte, 3)],
  ];
  const add = (title: string, scores: (report: ContenderReport) => KindScores): void => {
    rows.push([`${title} (${scores(contenders[0]!).spots})`, () => ""]);
    const row = (
      name: string,
      score: (of: FillScores) => Estimate,
      of: (report: ContenderReport) => FillScores,
    ): void => void rows.push([`  ${name}`, (report) => estimate(score(of(report)), 1)]);
    row("exact, %", ({ exact }) => exact, scores);
    for (const place of Object.keys(scores(contenders[0]!).places) as Place[]) {
      row(
        `  ${placeNames[place]}`,
        ({ exact }) => exact,
        (report) => scores(report).places[place]!,
      );
    }
    row("edit similarity, %", ({ editSimilarity }) => editSimilarity, scores);
    row("something offered, %", ({ offered }) => offered, scores);
    row("of these parse in place, %", ({ parses }) => parses, scores);
  };
  add("rest of a line", ({ fills }) => fills.line);
  add("body of a block", ({ fills }) => fills.block);

  const title = `${suite}: ${count(files)} files, ${count(bytes)}B; ${spots} spots, seed ${seed}; 95 % intervals`;
  const cells = rows.map(([name, cell]) => [name, ...contenders.map(cell)]);
  return [title, ...aligned(cells)].join("\n");
}

function estimate({ value, low, high }: Estimate, digits: number): string {
  return `${value.toFixed(digits)} (${low.toFixed(digits)} – ${high.toFixed(digits)})`;
}
