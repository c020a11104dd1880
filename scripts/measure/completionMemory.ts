/**
 * Asks a completer 10,000 times, with random cancellations, adapter swaps and preparations, and shows whether its memory
 * stays flat: the median of each fifth of the requests, and the change from the second to the last.
 *
 *     node scripts/measure/completionMemory.ts [--base B] [--requests 10000] [--seed 42] [FOLDER of Python sources]
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeAdapter } from "../../extension/core/adapters/formats/peftFolder.ts";
import { moduleShapes } from "../../extension/core/architectures/architectures.ts";
import type { InstalledBase } from "../../extension/core/baseModels/installedBase.ts";
import { resolveBase } from "../../extension/core/baseModels/resolveBase.ts";
import { openCompleter, type Completer } from "../../extension/core/completion/completer.ts";
import type { CompletionRequest } from "../../extension/core/completion/completionRequest.ts";
import { readHeldOut, type SourceFile } from "../../extension/core/evaluation/suites/heldOut.ts";
import { collectGarbage } from "../../extension/core/foundation/memory/collectGarbage.ts";
import { isCancelled } from "../../extension/core/foundation/errors.ts";
import { seededRandom, type Random } from "../../extension/core/foundation/random.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    base: { type: "string", default: "" },
    requests: { type: "string", default: "10000" },
    seed: { type: "string", default: "42" },
  },
});
const root = join(import.meta.dirname, "../..");
const requests = Number(values.requests);
const samples = 200;

const home = await mkdtemp(join(tmpdir(), "graft-memory-"));
try {
  const base = await resolveBase(values.base, { home, embedded: join(root, "base") });
  const adapters = await writeAdapters(base);
  const { files } = await readHeldOut(positionals[0] ?? join(root, "scripts/pretrain"));
  const completer = await openCompleter(base);
  const memory = await measure(completer, files, adapters, seededRandom(Number(values.seed), "requests"));
  await completer.release();
  for (const kind of ["rss", "heap", "external"] as const) {
    const fifths = [0, 0.2, 0.4, 0.6, 0.8].map((from) =>
      median(memory.slice(from * samples, (from + 0.2) * samples), kind),
    );
    const change = (100 * (fifths[4]! - fifths[1]!)) / fifths[1]!;
    console.log(`${kind}: ${fifths.map(megabytes).join(", ")}; ${change.toFixed(2)} %`);
  }
} finally {
  await rm(home, { recursive: true, force: true });
}

type Memory = Readonly<Record<"rss" | "heap" | "external", number>>;

async function measure(
  completer: Completer,
  files: readonly SourceFile[],
  adapters: readonly string[],
  random: Random,
): Promise<Memory[]> {
  const memory: Memory[] = [];
  let [cancelled, swapped] = [0, 0];
  let place = placeIn(files, random);
  for (let i = 1; i <= requests; i++) {
    const step = random.next();
    if (step < 0.02) {
      const chosen = adapters[random.integer(adapters.length + 1)];
      await completer.useAdapters(chosen === undefined ? [] : [{ folder: chosen, scale: 1 }]);
      swapped++;
    } else if (step < 0.1) place = placeIn(files, random);
    else place = { ...place, at: Math.min(place.file.text.length, place.at + 1 + random.integer(3)) };
    const request = requestAt(place);
    if (step > 0.9) await completer.prepare(request);
    else if (step > 0.6) cancelled += await cancelledSoon(completer, request, random);
    else await completer.complete(request);
    if (i % Math.floor(requests / samples) === 0) memory.push(memoryNow());
    if (i % Math.floor(requests / 10) === 0) console.log(`${i} requests, ${cancelled} cancelled, ${swapped} swaps`);
  }
  return memory;
}

interface Place {
  readonly file: SourceFile;
  readonly at: number;
}

function placeIn(files: readonly SourceFile[], random: Random): Place {
  const file = files[random.integer(files.length)]!;
  return { file, at: random.integer(file.text.length) };
}

function requestAt({ file: { path, text }, at }: Place): CompletionRequest {
  return { path, prefix: text.slice(0, at), suffix: text.slice(at), maxTokens: 8 };
}

/** Returns 1 if the request was cancelled, and 0 if the answer came first. */
async function cancelledSoon(completer: Completer, request: CompletionRequest, random: Random): Promise<0 | 1> {
  const controller = new AbortController();
  const asked = completer.complete(request, controller.signal).then(
    () => 0 as const,
    (error: unknown) => {
      if (!isCancelled(error)) throw error;
      return 1 as const;
    },
  );
  setTimeout(() => controller.abort(), random.integer(20));
  return await asked;
}

/** Two adapters that change little. */
async function writeAdapters(base: InstalledBase): Promise<string[]> {
  const modules = [...moduleShapes(base.config)].filter(([path]) => path.endsWith("q_proj"));
  const folders = ["one", "two"].map((name) => join(home, "adapters", name));
  for (const [i, folder] of folders.entries()) {
    const factors = modules.map(([path, { outFeatures }]) => {
      return [path, { on: "output" as const, values: new Float32Array(outFeatures).fill(1 + i / 10) }] as const;
    });
    await writeAdapter(folder, { method: "ia3", name: `${i}`, baseModel: base.name, modules: new Map(factors) });
  }
  return folders;
}

function memoryNow(): Memory {
  collectGarbage();
  const { rss, heapUsed: heap, external } = process.memoryUsage();
  return { rss, heap, external };
}

function median(memory: readonly Memory[], kind: keyof Memory): number {
  const sorted = memory.map((each) => each[kind]).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
