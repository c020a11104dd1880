/**
 * Writes the tables and charts of docs/paper.md from the runs of scripts/measure/paperQuestions.ts: scores with intervals, what each
 * training cost, the paired tests that bear on the paper's general claims, and Graft's own charts. Evaluates nothing, and writes nothing
 * about a suite that is not complete.
 *
 *     node scripts/measure/paperDocument.ts [--suite conala] [--protocol paper-v2] [--folder .graft/paper] --out docs/paper
 */

import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { silentLog } from "../../extension/core/foundation/log.ts";
import {
  differenceText,
  intervalText,
  measureFormat,
  pText,
} from "../../extension/core/evaluation/measures/measureFormat.ts";
import { runsFolder } from "../../extension/core/evaluation/runs/runFolder.ts";
import { differenceChart } from "../../extension/core/evaluation/study/charts/differenceChart.ts";
import { studyCharts } from "../../extension/core/evaluation/study/charts/studyCharts.ts";
import { askDifferences, taskDifferences } from "../../extension/core/evaluation/study/comparison/taskDifferences.ts";
import { studyTables } from "../../extension/core/evaluation/study/export/studyTables.ts";
import { studySchema } from "../../extension/core/evaluation/study/studyFile.ts";
import { planStudy } from "../../extension/core/evaluation/study/studyPlan.ts";
import { reportStudy, type SuiteReport } from "../../extension/core/evaluation/study/studyReport.ts";
import { readTrainingReport } from "../../extension/core/training/output/trainingReport.ts";
import { root, scratch } from "../bed/paths.ts";
import { otherBits, paperCandidates, paperSeeds } from "./paper/candidates.ts";

const { values: flags } = parseArgs({
  options: {
    suite: { type: "string", default: "conala" },
    protocol: { type: "string", default: "paper-v2" },
    folder: { type: "string", default: join(scratch, "paper") },
    out: { type: "string", default: join(root, "docs", "paper") },
  },
});
const home = join(resolve(flags.folder), "home");
const adapterFolder = (name: string): string => join(resolve(flags.folder), "adapters", name);
const candidates = paperCandidates(flags.suite);
/** The measures that the paper reports, and chrF, which tells small models apart. */
const measures = ["em@1", "em@10", "codebleu", "chrf"];

const study = studySchema.parse({
  format: 1,
  title: `The paper's questions, ${flags.suite}`,
  suites: [{ source: flags.suite }],
  candidates: candidates.map(({ name, trained, base, examples }) => {
    if (examples) return { name, ...examples, ...(examples.mode === "icl" && { seeds: paperSeeds }) };
    if (trained?.method === "full") return { name, base: name, mode: "trained" };
    const own = base && { base: base.name };
    return trained ? { name, ...own, adapters: [{ folder: adapterFolder(name) }] } : { name };
  }),
  protocol: flags.protocol,
});
const dataFolder = process.env["GRAFT_DATA"] ?? join(home, "data");
const places = { home, embedded: join(root, "base"), dataFolder, shippedData: join(root, "data") };
const plan = await planStudy(study, places, { log: silentLog });
const missing = plan.runs.filter(({ isFinished }) => !isFinished);
if (missing.length > 0) {
  const names = missing.map(
    ({ candidateName, seed, done, tasks = "?" }) => `${candidateName} (seed ${seed}: ${done} of ${tasks})`,
  );
  process.stderr.write(`Not complete, nothing is written. Missing: ${names.join("; ")}.\n`);
  process.exit(1);
}

const report = await reportStudy(plan, home);
const [suite] = report.suites as [SuiteReport];
await mkdir(flags.out, { recursive: true });
const charts = studyCharts(report).map(({ name, svg }) => ({ name, svg }));
for (const other of [`full-${flags.suite}`, bestOf("rag"), bestOf("icl")]) {
  const pair = { first: rowOf(`lora-${flags.suite}`), second: rowOf(other), measure: "chrf" };
  const asked = askDifferences(suite, pair, (run) => join(runsFolder(home), run));
  const found = await taskDifferences(asked.first.folders, asked.second.folders, "chrf");
  charts.push({ name: `${flags.suite}-lora-minus-${other}`, svg: differenceChart(asked, found) });
}
for (const { name, svg } of charts) await writeFile(join(flags.out, `${name}.svg`), svg);
const text = [studyTables(report, "markdown"), await trainingsTable(), claimsTable()].join("\n");
await writeFile(join(flags.out, `${flags.suite}.md`), text);
process.stdout.write(`${text}\nWrote ${charts.length} charts and ${flags.suite}.md into ${flags.out}\n`);

function rowOf(name: string): number {
  return suite.rows.findIndex(({ candidate }) => candidate === name);
}

/** Returns the candidate with the highest chrF among those with this kind of examples. */
function bestOf(mode: "icl" | "rag"): string {
  const rows = suite.rows.filter(({ candidate }) => candidate.startsWith(`${mode}-`));
  return rows.toSorted((one, other) => other.scores["chrf"]!.value - one.scores["chrf"]!.value)[0]!.candidate;
}

async function trainingsTable(): Promise<string> {
  const rows: string[][] = [];
  for (const { name, trained } of candidates) {
    const folder = adapterFolder(name);
    const found = trained && existsSync(folder) ? await readTrainingReport(folder) : undefined;
    if (!found) continue;
    const { trainableParameters, validationLoss: loss, steps, seconds, peakMemoryBytes } = found;
    const losses = loss ? `${loss.before.toFixed(3)} → ${loss.best.toFixed(3)}` : "";
    const cost = [`${steps}`, `${seconds.toFixed(0)} s`, `${(peakMemoryBytes / 1e6).toFixed(0)} MB`];
    rows.push([name, trainableParameters.toLocaleString("en"), losses, ...cost]);
  }
  return table(["trained", "parameters", "validation loss", "steps", "time", "peak memory"], rows);
}

/** Returns a table of the pairs that the paper's general claims are about. Claims about large models or QLoRA have no pair here. */
function claimsTable(): string {
  const lora = `lora-${flags.suite}`;
  const pairs: readonly (readonly [string, string])[] = [
    ...["full", "ia3", "prompt", "prefix"].map((method) => [lora, `${method}-${flags.suite}`] as const),
    ["lora-joint", lora],
    ...otherBits.map((bits) => [`${lora}-${bits}-bit`, lora] as const),
    [lora, bestOf("icl")],
    [lora, bestOf("rag")],
    [bestOf("rag"), "zero-shot"],
    [bestOf("rag"), bestOf("icl")],
  ];
  const rows = pairs.map(([one, other]) => [
    `${one} minus ${other}`,
    ...measures.map((name) => testText(one, other, name)),
  ]);
  const tests = table(["paired difference", ...measures.map((name) => measureFormat(name).title)], rows);
  return `${tests}\np of each test alone, not corrected for their number.\n`;
}

/** "+14.90 (13.80 to 16.00), p < 0.001" */
function testText(one: string, other: string, measure: string): string {
  const pair = { first: rowOf(one), second: rowOf(other), measure };
  const { whole } = askDifferences(suite, pair, (run) => run);
  if (!whole) return "";
  const p = whole.p === undefined ? "too few tasks" : pText(whole.p);
  return `${differenceText(measure, whole.difference)} (${intervalText(measure, whole.interval)}), ${p}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
