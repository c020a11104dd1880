/**
 * Measures what an adapter changes at the cursor: trains on four fifths of the files of each repository, and completes holes in the others
 * with the base and with each adapter. Prints the results of every repository and of all together, with paired tests. Finished work is
 * kept in `.graft/adapter-at-cursor` (--work), so that an interrupted run resumes.
 *
 *     node scripts/measure/adapterAtCursor.ts FOLDER… [--methods lora,ia3] [--holes 250] [--trained 0] [--elsewhere 60] [--base NAME] [--context file|repository]
 *         [--no-prior] [--scale 1] [--train '{"epochs": 3}'] [--work FOLDER] [--seed 42]
 *
 * --trained also completes this many holes of each kind in files that were trained on; --elsewhere in the next repository of the list, to
 * see what was forgotten. --context repository shows the model parts of the other files, as the editor does; give it another --work, with
 * the adapters of the first. --no-prior leaves out the prior of copied text, and --scale scales the adapters; both need another --work,
 * too. --train takes fields of a train request.
 */

import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { resolveBase } from "../../extension/core/baseModels/resolveBase.ts";
import { openCompleter, type Completer } from "../../extension/core/completion/completer.ts";
import { infilling, parsesWith } from "../../extension/core/evaluation/measures/infilling.ts";
import { pairedTest } from "../../extension/core/evaluation/measures/resample.ts";
import { drawHoles, type Hole } from "../../extension/core/evaluation/suites/drawHoles.ts";
import type { SourceFile } from "../../extension/core/evaluation/suites/heldOut.ts";
import type { IndexedRepository } from "../../extension/core/completion/context/indexedRepository.ts";
import { contextOf, openEvaluationRepository } from "../../extension/core/evaluation/context/contextOf.ts";
import { isFile } from "../../extension/core/foundation/exists.ts";
import { seededRandom } from "../../extension/core/foundation/random.ts";
import { openPythonParser } from "../../extension/core/python/pythonParser.ts";
import { openSourceReader } from "../../extension/core/sources/readSources.ts";
import { train } from "../../extension/core/training/train.ts";
import type { TrainOptions } from "../../extension/core/training/trainRequest.ts";
import { consoleLog } from "../bed/consoleLog.ts";
import { root, scratch } from "../bed/paths.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    methods: { type: "string", default: "lora,ia3" },
    holes: { type: "string", default: "250" },
    trained: { type: "string", default: "0" },
    elsewhere: { type: "string", default: "60" },
    base: { type: "string", default: "" },
    context: { type: "string", default: "file" },
    "no-prior": { type: "boolean", default: false },
    scale: { type: "string", default: "1" },
    train: { type: "string", default: "{}" },
    work: { type: "string", default: join(scratch, "adapter-at-cursor") },
    seed: { type: "string", default: "42" },
  },
});

/** The share of the files that are held out. */
const heldShare = 0.2;
/** The editor's default, more than six lines need. */
const maxTokens = 96;
const seed = Number(flags.seed);
const places = { home: join(flags.work, "home"), embedded: join(root, "base"), dataFolder: flags.work };
const given = JSON.parse(flags.train) as Partial<TrainOptions>;
const parser = await openPythonParser();

interface Repository {
  readonly name: string;
  readonly held: readonly SourceFile[];
  readonly kept: readonly SourceFile[];
  /** The folder of the files to train on. */
  readonly folder: string;
  /** With --context repository, all its files. */
  readonly index: IndexedRepository | undefined;
}

/** A completion at a hole; `counts` are the numbers that it adds to the measure. */
interface Row {
  readonly kind: string;
  readonly place: string;
  readonly counts: readonly number[];
}

/** The places of holes: in held-out files, in files that were trained on, in another repository. */
const sides = ["held", "trained", "elsewhere"] as const;
type Rows = Record<(typeof sides)[number], readonly Row[]>;

const repositories = await Promise.all(positionals.map(splitByFile));
const candidates = ["base", ...flags.methods.split(",").filter(Boolean)];
const found = new Map<string, Rows[]>(candidates.map((name) => [name, []]));
for (const [i, repository] of repositories.entries()) {
  for (const candidate of candidates) {
    found.get(candidate)!.push(await rowsOf(candidate, repository, repositories[(i + 1) % repositories.length]!));
  }
  report(repository.name, (rows) => [rows[i]!]);
}
if (repositories.length > 1) report("all together", (rows) => rows);

async function splitByFile(path: string): Promise<Repository> {
  const name = basename(resolve(path));
  const files: SourceFile[] = [];
  for await (const file of openSourceReader(path).read()) if ("text" in file) files.push(file);
  const isHeld = (file: SourceFile): boolean => {
    const digest = createHash("sha256").update(`${seed} ${file.path}`).digest();
    return digest.readUInt32BE(0) / 2 ** 32 < heldShare;
  };
  const [kept, held] = [files.filter((file) => !isHeld(file)), files.filter(isHeld)];
  const folder = join(flags.work, name, "train");
  await writeFiles(kept, folder);
  await writeFiles(held, join(flags.work, name, "held"));
  const index = flags.context === "repository" ? await openEvaluationRepository(path) : undefined;
  return { name, held, kept, folder, index };
}

async function writeFiles(files: readonly SourceFile[], folder: string): Promise<void> {
  for (const { path, text } of files) {
    const at = join(folder, path);
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, text);
  }
}

/** Returns the completions of a candidate, which is trained first unless it is the base or already there. */
async function rowsOf(candidate: string, repository: Repository, other: Repository): Promise<Rows> {
  const { name, folder, held, kept } = repository;
  const known = join(flags.work, name, `${candidate}.json`);
  if (await isFile(known)) return JSON.parse(await readFile(known, "utf8")) as Rows;
  const out = join(flags.work, name, candidate);
  if (candidate !== "base" && !(await isFile(join(out, "adapter_config.json")))) {
    const method = candidate as NonNullable<TrainOptions["method"]>;
    const { seconds, tokens } = await train(
      { base: flags.base, data: [folder], out, ...places, ...given, method },
      { log: consoleLog },
    );
    console.error(`${name}: ${candidate} trained on ${tokens} tokens in ${seconds.toFixed(0)} s`);
  }
  const completer = await openCompleter(await resolveBase(flags.base, places));
  try {
    await completer.useAdapters(candidate === "base" ? [] : [{ folder: out, scale: Number(flags.scale) }]);
    const at = async (
      files: readonly SourceFile[],
      count: string,
      { index }: Repository = repository,
    ): Promise<Row[]> => await completed(completer, await holesIn(files, Number(count)), index);
    const elsewhere = other === repository ? "0" : flags.elsewhere;
    const rows = {
      held: await at(held, flags.holes),
      trained: await at(kept, flags.trained),
      elsewhere: await at(other.held, elsewhere, other),
    };
    await writeFile(known, JSON.stringify(rows));
    return rows;
  } finally {
    await completer.release();
  }
}

async function holesIn(files: readonly SourceFile[], count: number): Promise<readonly Hole[]> {
  return count === 0 ? [] : (await drawHoles(files, parser, { count, seed })).holes;
}

async function completed(
  completer: Completer,
  holes: readonly Hole[],
  index: IndexedRepository | undefined,
): Promise<Row[]> {
  const frontOf = contextOf(index ? "repository" : "file", index, completer.contextTokens);
  const rows: Row[] = [];
  for (const hole of holes) {
    const { file, start, end, kind, place } = hole;
    const [prefix, suffix, reference] = [file.text.slice(0, start), file.text.slice(end), file.text.slice(start, end)];
    const request = { ...frontOf(file, { prefix, suffix }), prefix, suffix, maxTokens, prior: !flags["no-prior"] };
    const { text } = await completer.complete(request);
    rows.push({ kind, place, counts: infilling.count({ text, reference, parses: parsesWith(hole, text, parser) }) });
  }
  return rows;
}

/** Prints the scores of the base, and the differences of the others from it with 95 % intervals and p-values. */
function report(title: string, choose: (rows: readonly Rows[]) => readonly Rows[]): void {
  console.log(`\n## ${title}\n`);
  const groups: [string, (row: Row) => boolean][] = [
    ["rest of a line", ({ kind }) => kind === "line"],
    ["between words", ({ place }) => place === "boundary"],
    ["body of a block", ({ kind }) => kind === "block"],
  ];
  for (const side of sides) {
    for (const [group, isOne] of groups) {
      const countsOf = (candidate: string): (readonly number[])[] =>
        choose(found.get(candidate)!).flatMap((rows) => rows[side].filter(isOne).map(({ counts }) => counts));
      const base = countsOf("base");
      if (base.length === 0) continue;
      const { exact, editSimilarity, offered } = infilling.scores(
        base.reduce((sum, row) => sum.map((x, i) => x + row[i]!)),
      );
      const scores = `exact ${exact.toFixed(1)} %, similarity ${editSimilarity.toFixed(1)}, offered ${offered.toFixed(1)} %`;
      console.log(`${side}, ${group}: ${base.length} holes; base: ${scores}`);
      for (const candidate of candidates.slice(1))
        console.log(`  ${candidate}: ${differences(countsOf(candidate), base)}`);
    }
  }
}

function differences(own: readonly (readonly number[])[], base: readonly (readonly number[])[]): string {
  const tested = pairedTest(infilling, own, base, { random: seededRandom(seed, "tests"), resamples: 2000 })!;
  const signed = (value: number): string => `${value < 0 ? "" : "+"}${value.toFixed(1)}`;
  return (["exact", "editSimilarity", "offered"] as const)
    .map((name) => {
      const { difference, interval, p } = tested[name];
      return `${name} ${signed(difference)} [${signed(interval.low)}, ${signed(interval.high)}] p=${p.toFixed(3)}`;
    })
    .join(", ");
}
