/**
 * Measures full-size models with random weights of a published shape: import, memory, opening, prefill, decoding, and decoding
 * without and with adapters compared to the plain graph of scripts/measure/fullSize/plainDecoder.ts. It needs one to three gigabytes of memory and of disk, and an
 * idle machine. Files go to `.graft/full-size` and are removed at the end.
 *
 *     node scripts/measure/fullSize.ts [--shape qwen2.5-coder-0.5b] [--bits 4] [--sparse] [--import-only | --training [--tokens 512]]
 *
 * `--training` measures training instead: speed and memory (with its plan) of LoRA on all modules with gradient checkpointing.
 * `--sparse` imports zeros from sparse files, for shapes that are too large for the disk.
 */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openBase, type InstalledBase } from "../../extension/core/baseModels/installedBase.ts";
import { seededRandom } from "../../extension/core/foundation/random.ts";
import { peakMemoryBytes } from "../../extension/core/foundation/memory/peakMemory.ts";
import { decodeAll } from "../../extension/core/inference/decoding/decodeAll.ts";
import { detokenizer } from "../../extension/core/inference/decoding/detokenizer.ts";
import { greedyToken, sampleTokens } from "../../extension/core/inference/decoding/sampleTokens.ts";
import { draftPace } from "../../extension/core/inference/drafts/draftPace.ts";
import type { DraftSource } from "../../extension/core/inference/drafts/draftSource.ts";
import { openTokenTree } from "../../extension/core/inference/tree/openTokenTree.ts";
import { randomLora } from "../../extension/core/speed/measuring.ts";
import { benchShape, benchSpec, openTrainingBench } from "../../extension/core/speed/trainingBench.ts";
import { openDecoder, type Decoder } from "../../extension/core/inference/tree/decoder.ts";
import { planMemory } from "../../extension/core/training/cost/memoryPlan.ts";
import { scratch } from "../bed/paths.ts";
import { shapeNamed } from "./fullSize/checkpoint.ts";
import { importShape } from "./fullSize/importShape.ts";
import { openPlainDecoder, type PlainDecoder } from "./fullSize/plainDecoder.ts";

const { values: flags } = parseArgs({
  options: {
    shape: { type: "string", default: "qwen2.5-coder-0.5b" },
    bits: { type: "string", default: "4" },
    sparse: { type: "boolean", default: false },
    "import-only": { type: "boolean", default: false },
    training: { type: "boolean", default: false },
    tokens: { type: "string", default: "512" },
  },
});
const shape = shapeNamed(flags.shape);
const folder = join(scratch, "full-size");

try {
  const { bits, sparse } = flags;
  const result = await importShape(shape, { folder, bits, sparse });
  tell("source", result.sourceBytes / 1e6, "MB");
  tell("weight file", result.bytes / 1e6, "MB");
  tell("import", result.seconds, "s");
  tell("peak memory of the import", result.peakMemoryBytes / 1e6, "MB");
  if (flags.training) await measureTraining(result.path);
  else if (!flags["import-only"]) await measureSpeed(result.path);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measureTraining(path: string): Promise<void> {
  const base = await openBase(path);
  const options = { tokens: Number(flags.tokens), checkpointing: true };
  tell("memory of training, planned", planMemory(base, benchSpec(base), benchShape(base, options)).bytes / 1e6, "MB");
  const bench = await openTrainingBench(base, options);
  const step = async (): Promise<void> => {
    await bench.run();
    bench.update();
  };
  tell(`a first step of ${options.tokens} tokens`, await seconds(step), "s");
  tell(`training, ${options.tokens} tokens a step`, options.tokens / (await median(3, step)), "tokens/s");
  tell("memory of training, measured", peakMemoryBytes() / 1e6, "MB");
  await bench.release();
}

async function measureSpeed(path: string): Promise<void> {
  const startedAt = performance.now();
  const base = await openBase(path);
  const decoder = await openDecoder(base);
  await decoder.extend([1]);
  tell("opening, first token included", (performance.now() - startedAt) / 1000, "s");
  tell("memory with the model open", process.memoryUsage().rss / 1e6, "MB");
  const plain = await openPlainDecoder(base, shape);
  const prompt = Array.from({ length: 256 }, (_, i) => (i * 7919) % base.config.vocabularySize);

  const prefill = await median(3, async () => {
    decoder.useAdapters([]); // Clears the KV cache; a cached prompt would not be read again.
    await decoder.begin(prompt);
  });
  tell(`prefill of ${prompt.length} tokens`, prompt.length / prefill, "tokens/s");

  plain.clear();
  const expected = await plain.extend(prompt);
  const logits = await decoder.begin(prompt);
  const spread = expected.reduce((most, x) => Math.max(most, x)) - expected.reduce((least, x) => Math.min(least, x));
  const difference = logits.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
  tell("difference of the two graphs' logits, of their spread", difference / spread, "");

  const [ours, theirs] = await stepSeconds(decoder, plain, prompt);
  tell(`decoding after ${prompt.length} tokens`, 1 / ours, "tokens/s");
  tell("decoding, plain graph", 1 / theirs, "tokens/s");
  tell("a step of ours against one of the plain graph", ours / theirs, "×");
  await decoder.release();
  await measureAdapters(base, plain, prompt);
  await plain.release();
  await measureDrafts(base, prompt);
}

/** Measures a step with LoRA against one of the plain graph, on the modules of Hu et al. and on all. */
async function measureAdapters(base: InstalledBase, plain: PlainDecoder, prompt: readonly number[]): Promise<void> {
  const adapter = randomLora(base, seededRandom(1, "full size"));
  const ofAttention = new Map([...adapter.modules].filter(([path]) => /\.[qkv]_proj$/.test(path)));
  for (const [where, modules] of [
    ["query, key and value", ofAttention],
    ["every module", adapter.modules],
  ] as const) {
    const expected = [{ adapter: { ...adapter, modules }, scale: 1 }];
    const decoder = await openDecoder(base, { expected });
    decoder.useAdapters(expected);
    const [ours, theirs] = await stepSeconds(decoder, plain, prompt);
    tell(`… with LoRA of rank ${adapter.rank} on ${where}`, ours / theirs, "×");
    await decoder.release();
  }
}

/** Decodes one token each in turns, so that other load on the machine slows down both, and returns the seconds of a step of each. */
async function stepSeconds(
  decoder: Decoder,
  plain: PlainDecoder,
  prompt: readonly number[],
): Promise<[number, number]> {
  await decoder.begin(prompt);
  plain.clear();
  await plain.extend(prompt);
  const both: [number[], number[]] = [[], []];
  for (let i = 0; i < 96; i++) {
    both[0].push(await seconds(() => decoder.extend([i])));
    both[1].push(await seconds(() => plain.extend([i])));
  }
  return both.map((all) => all.toSorted((x, y) => x - y)[all.length >> 1]!) as [number, number];
}

/** Decodes a known text: the guesses are its tokens, of which one in nine is wrong, as in a repository that repeats itself. */
async function measureDrafts(base: InstalledBase, prompt: readonly number[]): Promise<void> {
  const tree = await openTokenTree(base);
  const decodeText = (ids: readonly number[]): string => ids.map((id) => `${id} `).join("");
  const rules = {
    maxTokens: 48,
    requiredText: "",
    stopRule: () => null,
    stopTokens: new Set<number>(),
    bannedTokens: new Set<number>(),
    stopsOnRepetition: false,
    detokenize: detokenizer({ decode: decodeText }),
  };
  const decode = async (drafts?: DraftSource): Promise<readonly number[]> => {
    const strategy = sampleTokens(greedyToken, rules);
    await decodeAll(tree, [{ prompt, strategy, drafts, onDone: () => undefined }]);
    return strategy.found()[0]!.tokens;
  };
  const text = await decode();
  const pace = draftPace();
  const guess: DraftSource["guess"] = ({ length }, most) => {
    const tokens = text.slice(length, length + Math.min(most, pace.length(3)));
    return tokens.length === 0
      ? null
      : { evidence: 3, tokens: tokens.map((id, i) => ((length + i) % 9 === 8 ? id + 1 : id)) };
  };
  const times: Record<"without" | "with", number[]> = { without: [], with: [] };
  for (let i = 0; i < 4; i++) {
    times.without.push(await processorSeconds(() => decode()));
    times.with.push(await processorSeconds(() => decode({ pace, guess })));
  }
  const [without, drafted] = [times.without, times.with].map((all) => all.toSorted((a, b) => a - b)[1]!);
  tell("guessed tokens, eight of nine right, against none", without! / drafted!, "×");
  await tree.release();
}

/** Returns the processor time of work, which other load on the machine hardly changes. */
async function processorSeconds(work: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function median(runs: number, work: () => Promise<unknown>): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < runs; i++) all.push(await seconds(work));
  return all.toSorted((x, y) => x - y)[runs >> 1]!;
}

function tell(what: string, value: number, unit: string): void {
  console.log(`${what.padEnd(56)} ${Number(value.toPrecision(3))} ${unit}`);
}
