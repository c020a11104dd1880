/**
 * Repeats the experiments of arXiv 2308.10462 with the embedded base: trains every kind of adapter on a data set of the paper,
 * compares them with zero-shot, random (ICL) and nearest (RAG) examples, and prints the tables of docs/benchmarks.md. It takes an
 * hour or more on two cores. Run the same command again to resume. GRAFT_DATA sets the folder of the data sets.
 *
 *     node scripts/measure/paperQuestions.ts [--suite conala] [--protocol paper-v2] [--epochs 5] [--limit N] [--folder .graft/paper]
 *                                    [--only TEXT] [--tables]
 *
 * `--only` evaluates only the candidates with TEXT in their names. `--tables` evaluates none and prints the existing results.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compareRuns } from "../../extension/core/evaluation/scoring/compareRuns.ts";
import { listRuns, type RunSummary } from "../../extension/core/evaluation/runs/runFolder.ts";
import { exported } from "../../extension/core/evaluation/scoring/runTable.ts";
import { hasCheckpoint } from "../../extension/core/training/output/checkpoint.ts";
import { readTrainingReport } from "../../extension/core/training/output/trainingReport.ts";
import { run } from "../bed/command.ts";
import { root, scratch } from "../bed/paths.ts";
import { paperCandidates, paperSeeds, type PaperCandidate } from "./paper/candidates.ts";

const { values: flags } = parseArgs({
  options: {
    suite: { type: "string", default: "conala" },
    protocol: { type: "string", default: "paper-v2" },
    epochs: { type: "string", default: "5" },
    limit: { type: "string" },
    folder: { type: "string", default: join(scratch, "paper") },
    only: { type: "string", default: "" },
    tables: { type: "boolean", default: false },
  },
});
const home = join(flags.folder, "home");
interface Candidate extends PaperCandidate {
  /** Flags of graft evaluate. */
  readonly flags: readonly string[];
}

const candidates: readonly Candidate[] = paperCandidates(flags.suite).map((each) => ({
  ...each,
  flags: flagsOf(each),
}));

function flagsOf({ name, trained, base, examples }: PaperCandidate): string[] {
  if (trained?.method === "full") return ["--base", name, "--mode", "trained"];
  if (trained) return [...(base ? ["--base", base.name] : []), "--adapter", adapterFolder(name)];
  if (!examples) return [];
  const drawn = examples.mode === "icl" ? ["--seed", paperSeeds.join(",")] : [];
  return ["--mode", examples.mode, "--shots", String(examples.shots), ...drawn];
}

function adapterFolder(name: string): string {
  return join(flags.folder, "adapters", name);
}

async function graft(...args: readonly string[]): Promise<void> {
  process.stderr.write(`graft ${args.join(" ")}\n`);
  await run(process.execPath, [join(root, "extension", "cli.ts"), ...args], {
    env: { ...process.env, GRAFT_HOME: home },
  });
}

async function make({ name, trained: training, base }: Candidate): Promise<void> {
  if (!training) return;
  if (base && !existsSync(join(home, "bases", base.name))) {
    await graft("import", join(root, "base"), "--name", base.name, "--bits", String(base.bits));
  }
  const folder = adapterFolder(name);
  if (!(await readTrainingReport(folder))) {
    const { method, data } = training;
    const resume = (await hasCheckpoint(join(flags.folder, "adapters", `.${name}.training`))) ? ["--resume"] : [];
    const on = base ? ["--base", base.name] : [];
    const length = ["--epochs", flags.epochs];
    await graft("train", ...on, "--method", method, "--data", data, ...length, ...resume, "--out", folder);
  }
  // The embedded base is stored in the same way.
  if (training.method === "full" && !existsSync(join(home, "bases", name))) {
    await graft("import", folder, "--name", name, "--bits", "8");
  }
}

for (const candidate of flags.tables ? [] : candidates.filter(({ name }) => name.includes(flags.only))) {
  await make(candidate);
  const limit = flags.limit === undefined ? [] : ["--limit", flags.limit];
  await graft("evaluate", "--suite", flags.suite, "--protocol", flags.protocol, ...limit, ...candidate.flags);
}

const runs = (await listRuns(home)).filter(({ result, record: { configuration } }) => {
  return result && configuration.suite.name === flags.suite && configuration.protocol === flags.protocol;
});
process.stdout.write(`${await trainings()}\n${exported(runs, "markdown")}\n${await differences(runs)}`);

/** Returns a table with the costs of the existing adapters. */
async function trainings(): Promise<string> {
  const lines = [
    "| trained | parameters | validation loss | after | time | peak memory |",
    "| --- | --- | --- | --- | --- | --- |",
  ];
  for (const { name, trained: training } of candidates) {
    const report = training && (await readTrainingReport(adapterFolder(name)));
    if (!report) continue;
    const { trainableParameters, validationLoss, steps, seconds, peakMemoryBytes } = report;
    const loss = validationLoss ? `${validationLoss.before.toFixed(3)} → ${validationLoss.best.toFixed(3)}` : "";
    const cost = [`${steps} steps`, `${seconds.toFixed(0)} s`, `${(peakMemoryBytes / 1e6).toFixed(0)} MB`];
    lines.push(`| ${[name, trainableParameters.toLocaleString("en"), loss, ...cost].join(" | ")} |`);
  }
  return `${lines.join("\n")}\n`;
}

/** Returns a table with each candidate's differences from LoRA trained on this data. */
async function differences(all: readonly RunSummary[]): Promise<string> {
  const lora = all.find(({ record }) => record.configuration.adapters[0]?.name === `lora-${flags.suite}`);
  if (!lora) return "";
  const names = ["em@1", "em@10", "codebleu", "chrf"];
  const lines = [`| less LoRA | ${names.join(" | ")} |`, `| --- |${names.map(() => " --- |").join("")}`];
  for (const other of all) {
    if (other === lora) continue;
    const { differences: found } = await compareRuns(other, lora);
    const cells = names.map((name) => {
      const { difference, p } = found[name]!;
      return `${difference.toFixed(name === "codebleu" ? 4 : 2)} (p = ${p.toFixed(3)})`;
    });
    lines.push(`| ${[other.candidate, ...cells].join(" | ")} |`);
  }
  return `${lines.join("\n")}\n`;
}
