/**
 * Shows that training and completion use the same prompts: trains on one file to the end, and completes the rests of its lines. A model
 * that knows a file by heart writes them. If it does not, training has used other prompts than the completer does.
 *
 *     node scripts/measure/overfit.ts [FILE.py] [--holes 200] [--base NAME] [--train '{"steps": 300}'] [--out FOLDER]
 *
 * Prints the share that is exactly right by the place of the cursor, and each wrong completion next to the author's text. The last run
 * adds the prior of copied text, which may overrule the adapter: it was fitted on the base. --train takes fields of a train request. An
 * adapter that is in --out already is not trained again.
 */

import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { resolveBase } from "../../extension/core/baseModels/resolveBase.ts";
import { openCompleter } from "../../extension/core/completion/completer.ts";
import { drawHoles } from "../../extension/core/evaluation/suites/drawHoles.ts";
import { isFile } from "../../extension/core/foundation/exists.ts";
import { english } from "../../extension/core/foundation/words/said.ts";
import { openPythonParser } from "../../extension/core/python/pythonParser.ts";
import { readNamedSource } from "../../extension/core/sources/readSources.ts";
import type { TrainOptions } from "../../extension/core/training/trainRequest.ts";
import { train } from "../../extension/core/training/train.ts";
import { consoleLog } from "../bed/consoleLog.ts";
import { root, scratch } from "../bed/paths.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    holes: { type: "string", default: "200" },
    base: { type: "string", default: "" },
    train: { type: "string", default: "{}" },
    out: { type: "string", default: join(scratch, "overfit") },
  },
});

const file = positionals[0] ?? join(root, "scripts/pretrain/background.py");
/** To the end: many passes, and nothing that keeps a model from learning by heart. */
const toTheEnd: Partial<TrainOptions> = { steps: 300, dropout: 0, schedule: "cosine" };
const places = { home: join(scratch, "overfit-home"), embedded: join(root, "base"), dataFolder: flags.out };

if (!(await isFile(join(flags.out, "adapter_config.json")))) {
  const given = { ...toTheEnd, ...(JSON.parse(flags.train) as Partial<TrainOptions>) };
  const request = { base: flags.base, data: [file], out: flags.out, ...places, ...given };
  const { seconds, trainLoss, steps } = await train(request, { log: consoleLog });
  console.log(`${steps} steps in ${seconds.toFixed(0)} s, loss ${trainLoss.toFixed(4)}`);
}

const source = await readNamedSource(file);
if (!("text" in source)) throw new Error(`${file}: ${english(source.unfit)}`);
const path = basename(file);
const { text } = source;
const { holes } = await drawHoles([{ path, text }], await openPythonParser(), { count: Number(flags.holes), seed: 42 });
const completer = await openCompleter(await resolveBase(flags.base, places));
const runs = [
  { title: "base", adapters: [], prior: false },
  { title: "adapter", adapters: [{ folder: flags.out, scale: 1 }], prior: false },
  { title: "adapter and prior", adapters: [{ folder: flags.out, scale: 1 }], prior: true },
];
for (const { title, adapters, prior } of runs) {
  await completer.useAdapters(adapters);
  const results: { place: string; isExact: boolean }[] = [];
  for (const { start, end, place, kind } of holes) {
    const [prefix, suffix, wanted] = [text.slice(0, start), text.slice(end), text.slice(start, end)];
    const { text: written, stop } = await completer.complete({ path, prefix, suffix, maxTokens: 96, prior });
    const isExact = written.trimEnd() === wanted.trimEnd();
    results.push({ place: `${kind}, ${place}`, isExact });
    if (isExact || adapters.length === 0) continue;
    const shown = { place, before: prefix.slice(-40), wanted, written, stop };
    console.log(JSON.stringify(shown));
  }
  console.log(`\n${title}`);
  for (const group of new Set(results.map(({ place }) => place))) {
    const some = results.filter(({ place }) => place === group);
    const right = some.filter(({ isExact }) => isExact).length;
    console.log(`  ${group}: ${right} of ${some.length} exact, ${((100 * right) / some.length).toFixed(1)} %`);
  }
}
await completer.release();
