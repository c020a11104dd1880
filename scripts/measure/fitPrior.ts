/**
 * Learns the weights of copied text next to a base (docs/prior.md) on the lines of repositories that it was not trained on, and prints
 * them for mixtureWeights.ts. `--test` tests each repository with the weights of the others.
 *
 *     node scripts/measure/fitPrior.ts FOLDER… [--base DIR] [--lines 200] [--test] [--adapters WORK [--method lora]]
 *
 * With --adapters, the folder --work of adapterAtCursor.ts, the base uses each repository's own adapter, and the lines are those of the
 * files that were held out from its training; --method base completes the same lines with the base alone.
 */

import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readAdapter } from "../../extension/core/adapters/formats/peftFolder.ts";
import { resolveBase } from "../../extension/core/baseModels/resolveBase.ts";
import { copyDistribution, type MixtureWeights } from "../../extension/core/completion/copies/mixture.ts";
import { learnedWeights } from "../../extension/core/completion/copies/mixtureWeights.ts";
import { readHeldOut } from "../../extension/core/evaluation/suites/heldOut.ts";
import { openTokenTree } from "../../extension/core/inference/tree/openTokenTree.ts";
import { openTokenizer } from "../../extension/core/tokenizer/tokenizer.ts";
import { root, scratch } from "../bed/paths.ts";
import { collect, type Observation, type ObservedLine } from "./prior/collect.ts";
import { learn } from "./prior/learn.ts";

const { values: flags, positionals: folders } = parseArgs({
  options: {
    base: { type: "string", default: "" },
    lines: { type: "string", default: "200" },
    test: { type: "boolean" },
    adapters: { type: "string" },
    method: { type: "string", default: "lora" },
  },
  allowPositionals: true,
});

const home = join(scratch, "prior");
const base = await resolveBase(flags.base, { home, embedded: join(root, "base") });
const tree = await openTokenTree(base);
const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
const repositories: { readonly folder: string; readonly lines: readonly ObservedLine[] }[] = [];
for (const folder of folders) {
  const { files } = await readHeldOut(folder);
  let held = files;
  if (flags.adapters !== undefined) {
    const own = join(flags.adapters, basename(resolve(folder)));
    if (flags.method !== "base") tree.useAdapters([{ adapter: await readAdapter(join(own, flags.method)), scale: 1 }]);
    held = (await readHeldOut(join(own, "held"))).files;
  }
  repositories.push({ folder, lines: await collect({ files, held }, { tree, tokenizer }, Number(flags.lines)) });
}
await tree.release();

for (const { folder, lines } of flags.test ? repositories : []) {
  const others = repositories.filter((other) => repositories.length === 1 || other.folder !== folder);
  const weights = learn(observationsOf(others));
  const [without, inUse, mixed] = [undefined, learnedWeights, weights].map((used) => report(lines, used));
  console.log(
    `${folder}: ${without} without copies, ${inUse} with the weights in use, ${mixed} with new ones (${lines.length} lines)`,
  );
}
const { copy, mixture } = learn(observationsOf(repositories));
console.log(JSON.stringify({ base: base.hash, copy: copy.map(rounded), mixture: mixture.map(rounded) }));

function observationsOf(all: readonly { readonly lines: readonly ObservedLine[] }[]): Observation[] {
  return all.flatMap(({ lines }) => lines.flatMap(({ observations }) => observations));
}

/** Returns the share of lines that greedy decoding writes exactly, and the mean bits of tokens for which there are copies. */
function report(lines: readonly ObservedLine[], weights: MixtureWeights | undefined): string {
  const distributions = observationsOf([{ lines }]).map((observation) => mixed(observation, weights));
  const isRight = (observation: Observation): boolean => {
    const [best] = [...mixed(observation, weights)].reduce((a, b) => (b[1] > a[1] ? b : a));
    return observation.right.includes(best);
  };
  const exact = (some: readonly ObservedLine[]): string => {
    const right = some.filter(({ observations, othersRight }) => othersRight && observations.every(isRight));
    return `${((100 * right.length) / some.length).toFixed(1)} %`;
  };
  const bits = observationsOf([{ lines }]).reduce((sum, { right }, i) => {
    const p = right.reduce((total, token) => total + (distributions[i]!.get(token) ?? 0), 0);
    return sum - Math.log2(Math.max(1e-9, p));
  }, 0);
  const between = lines.filter(({ place }) => place === "boundary");
  return `${exact(lines)} exact (${exact(between)} between words), ${(bits / distributions.length).toFixed(3)} bits`;
}

function mixed({ proposed, allowed, state }: Observation, weights: MixtureWeights | undefined): Map<number, number> {
  const copied = weights && copyDistribution(proposed, state, weights);
  const share = copied?.share ?? 0;
  return new Map(
    allowed.map(([token, value]) => [
      token,
      (1 - share) * Math.exp(value) + share * (copied?.probabilities.get(token) ?? 0),
    ]),
  );
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}
