/**
 * Measures what a training costs a user who types meanwhile: the time from a keystroke to its completion without a training, during one at
 * full pace, and during a gentle one, in turns. Also measures how fast the training progresses. Needs `npm run build`.
 *
 *     node scripts/measure/completionWhileTraining.ts FILE [--rounds 3] [--bursts 3] [--keys 40] [--rest 6] [--equal-priority]
 *
 * Types FILE.py from its middle on, in bursts of keys at 240 ms with seconds of rest between them, and trains on its folder. No key
 * overtakes the completion of the one before. Completions along the last suggestion are known without the model, and do not count.
 * --equal-priority keeps the training's process from lowering its priority.
 */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { silentLog } from "../../extension/core/foundation/log.ts";
import { createPacer } from "../../extension/core/foundation/waiting/pacer.ts";
import { createCompletionClient } from "../../extension/engine/client.ts";
import { trainWork } from "../../extension/engine/protocol/training.ts";
import { workApart } from "../../extension/engine/workApart.ts";
import { root } from "../bed/paths.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    bursts: { type: "string", default: "3" },
    keys: { type: "string", default: "40" },
    rest: { type: "string", default: "6" },
    "equal-priority": { type: "boolean", default: false },
  },
});
const [rounds, bursts, keys, rest] = [flags.rounds, flags.bursts, flags.keys, flags.rest].map(Number) as Numbers;
type Numbers = [rounds: number, bursts: number, keys: number, rest: number];
/** In milliseconds: the time between the keys of a quick typist, and the editor's wait before it asks. */
const [betweenKeys, debounce] = [240, 40];

const [file] = positionals.map((path) => resolve(path));
if (file === undefined) throw new Error("Name a Python file.");
const entry = join(root, "dist/engine.js");
const home = await mkdtemp(join(tmpdir(), "graft-pace-"));
const places = { home, embedded: join(root, "base") };

const modes = ["none", "full", "gentle"] as const;
type Mode = (typeof modes)[number];
const latencies: Record<Mode, number[]> = { none: [], full: [], gentle: [] };
const trained: Record<Mode, { steps: number; seconds: number }> = {
  none: { steps: 0, seconds: 0 },
  full: { steps: 0, seconds: 0 },
  gentle: { steps: 0, seconds: 0 },
};

let mode: Mode = "none";
const changed = new EventTarget();
const tell = (): void => void changed.dispatchEvent(new Event("change"));
const pacer = createPacer("gentle", tell);

const client = createCompletionClient({ entry, log: silentLog, onCrash: ({ reason }) => console.error(reason) });
await client.select({ ...places, base: "", device: "cpu", adapters: [] });

const ended = new AbortController();
const training = train();
while (trained.none.steps === 0) await Promise.race([sleep(100), training]);
const text = await readFile(file, "utf8");
let at = text.indexOf("\n", text.length / 2) + 1;
let path = "";
for (let round = 0; round < rounds; round++) {
  const start = at;
  for (mode of modes) {
    // Types the same text in each mode. Each has another file name in the prompt, so that nothing is known from the mode before.
    [at, path] = [start, `${mode}${round}_${basename(file)}`];
    tell();
    await ask();
    await sleep(2000); // The current micro-batch ends, or the training starts.
    const [steps, from] = [trained[mode].steps, performance.now()];
    for (let i = 0; i < bursts; i++) {
      await burst(latencies[mode]);
      await sleep(1000 * rest);
    }
    trained[mode].seconds += (performance.now() - from) / 1000;
    const figures = `${trained[mode].steps - steps} steps, p50 ${quantile(latencies[mode], 0.5)} ms so far`;
    console.error(`round ${round + 1}, ${mode}: ${figures}`);
  }
}
report();
ended.abort();
await training;
client.dispose();
pacer.dispose();
await rm(home, { recursive: true, force: true });

/** Trains until the measurement ends. */
async function train(): Promise<void> {
  if (flags["equal-priority"]) {
    // The last call also replaces the named imports of the bundle.
    const code = `import os from "node:os"; import m from "node:module"; os.setPriority = () => {}; m.syncBuiltinESMExports();`;
    process.env["NODE_OPTIONS"] = `--import=data:text/javascript,${encodeURIComponent(code)}`;
  }
  const options = { base: "", data: [dirname(file!)], dataFolder: "", out: join(home, "adapter"), epochs: 1000 };
  const hold = {
    get isHeld() {
      return mode === "none" ? trained.none.steps > 0 : mode === "gentle" && pacer.wait !== undefined;
    },
    onDidChange(listener: () => void) {
      changed.addEventListener("change", listener);
      return { dispose: () => changed.removeEventListener("change", listener) };
    },
  };
  const work = workApart(
    trainWork,
    { ...options, ...places },
    { entry, log: silentLog },
    {
      signal: ended.signal,
      hold,
      onProgress(news) {
        if (!("training" in news)) return;
        if (trained[mode].steps++ === 0) tell();
      },
    },
  );
  delete process.env["NODE_OPTIONS"];
  await work.catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
  });
}

async function ask() {
  const cursor = { prefix: text.slice(0, at), suffix: text.slice(text.indexOf("\n", at)) };
  return client.complete({ path, ...cursor, maxTokens: 96, trigger: "invoked" });
}

async function burst(measured: number[]): Promise<void> {
  for (let key = 0; key < keys; key++) {
    const from = performance.now();
    // Indentation comes from the editor.
    at = text.slice(at).search(/\S|$/) + at + 1;
    pacer.typed();
    await sleep(debounce);
    const { milliseconds } = await ask();
    pacer.typed();
    const passed = performance.now() - from;
    if (milliseconds.decode > 0) measured.push(passed);
    await sleep(Math.max(0, betweenKeys - passed));
  }
}

function quantile(values: readonly number[], q: number): string {
  return (values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))] ?? Number.NaN).toFixed(0);
}

function report(): void {
  console.log("| training | completions | p50, ms | p95, ms | steps a minute |");
  console.log("| --- | --- | --- | --- | --- |");
  for (const each of modes) {
    const measured = latencies[each];
    const perMinute = each === "none" ? "" : ((60 * trained[each].steps) / trained[each].seconds).toFixed(1);
    console.log(
      `| ${each} | ${measured.length} | ${quantile(measured, 0.5)} | ${quantile(measured, 0.95)} | ${perMinute} |`,
    );
  }
}
