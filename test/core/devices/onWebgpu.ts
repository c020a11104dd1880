/** Computes with a tiny base on WebGPU and on the CPU, and sends the differences. Runs as a separate process for webgpu.test.ts. */

import { mkdtemp, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAdapter } from "../../../extension/core/adapters/formats/peftFolder.ts";
import { methodNames } from "../../../extension/core/adapters/methods/methodNamed.ts";
import { importBase } from "../../../extension/core/baseModels/import/importBase.ts";
import { measureDevice } from "../../../extension/core/devices/measureDevice.ts";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import { beamSearch } from "../../../extension/core/inference/decoding/beamSearch.ts";
import { decodeAll } from "../../../extension/core/inference/decoding/decodeAll.ts";
import type { Decoder } from "../../../extension/core/inference/tree/decoder.ts";
import { decoderOver } from "../../../extension/core/inference/tree/decoder.ts";
import { openTokenTree } from "../../../extension/core/inference/tree/openTokenTree.ts";
import type { TokenTree } from "../../../extension/core/inference/tree/tokenTree.ts";
import { onCpu, shortRun, type Placement } from "../../../extension/core/runtime/device.ts";
import { fixtures, loadFixture } from "../architectures/fixtures.ts";
import { fiftySteps } from "../training/fiftySteps.ts";
import { relativeError } from "../graph/evaluate.ts";

const onWebgpu: Placement = { device: "webgpu", tokensPerRun: shortRun };

/** Differences, relative to the spread of the CPU's values. */
export interface Apart {
  readonly logits: Readonly<Record<string, number>>;
  readonly beams: Readonly<Record<"cpu" | "webgpu", Beams>>;
}

interface Beams {
  /** The tokens of the best continuation. */
  readonly best: string;
  /** The values of all continuations, best first. */
  readonly logProbabilities: readonly number[];
}

const [what = "", model = "", methods = ""] = process.argv.slice(2);
const home = await mkdtemp(join(tmpdir(), "graft-webgpu-"));
try {
  process.send!(await { logits, training, quantized, probe }[what as "logits"]());
} finally {
  await rm(home, { recursive: true, force: true });
}

function errorOfSpread(found: Float32Array, expected: Float32Array): number {
  const spread = Math.max(...expected) - Math.min(...expected);
  return Math.max(...expected.map((value, i) => Math.abs(found[i]! - value))) / spread;
}

/** Reads more tokens than a short run has, and then single ones. */
async function readAll(decoder: Decoder): Promise<Float32Array> {
  const random = seededRandom(3, "ids");
  const count = Math.min(44, decoder.contextLength - 1);
  const ids = Array.from({ length: count }, () => random.integer(decoder.vocabularySize));
  const rows: Float32Array[] = [];
  if (decoder.hasEncoder) rows.push(await decoder.begin(ids.slice(0, 20)));
  else decoder.rewind(0);
  rows.push(await decoder.extendAll(ids.slice(0, count - 4)));
  for (const id of ids.slice(count - 4)) rows.push(await decoder.extend([id]));
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

async function beamsOf(tree: TokenTree): Promise<Beams> {
  const rules = {
    maxTokens: 6,
    requiredText: "",
    stopRule: () => null,
    stopTokens: new Set<number>(),
    bannedTokens: new Set<number>(),
    stopsOnRepetition: false,
    detokenize: (written: string) => written,
  };
  const strategy = beamSearch<never>(4, rules as never);
  tree.useAdapters([]);
  await decodeAll(tree, [{ prompt: [5, 9, 2, 7, 30, 12], strategy, onDone: () => {} }] as never);
  const found = strategy.found();
  return { best: found[0]!.tokens.join(), logProbabilities: found.map(({ logProbability }) => logProbability) };
}

async function logits(): Promise<Apart> {
  const { base } = await loadFixture(model);
  const trees = [await openTokenTree(base), await openTokenTree(base, { placement: onWebgpu })] as const;
  const [cpu, webgpu] = [decoderOver(trees[0]), decoderOver(trees[1])];
  const errors: Record<string, number> = {};
  const compare = async (name: string): Promise<void> => {
    errors[name] = errorOfSpread(await readAll(webgpu), await readAll(cpu));
  };
  await compare("base");
  for (const method of ["lora", "ia3", "prefix", "prompt"]) {
    const written = join(fixtures, "../training/written", `${model}-${method}`);
    const folder = existsSync(written) ? written : join(fixtures, model, method);
    if (!existsSync(folder)) continue;
    const adapter = await readAdapter(folder);
    for (const decoder of [cpu, webgpu]) decoder.useAdapters([{ adapter, scale: 1 }]);
    await compare(method);
  }
  for (const decoder of [cpu, webgpu]) decoder.useAdapters([]);
  await compare("base again");
  return { logits: errors, beams: { cpu: await beamsOf(trees[0]), webgpu: await beamsOf(trees[1]) } };
}

/** The losses of two steps, the second of which depends on the gradients of the first, and these gradients. */
async function training(): Promise<Readonly<Record<string, number>>> {
  const errors: Record<string, number> = {};
  for (const method of methodNames.filter((name) => methods.split(",").includes(name))) {
    const [cpu, webgpu] = [
      await fiftySteps(model, method, home, { steps: 2 }),
      await fiftySteps(model, method, home, { steps: 2, device: "webgpu" }),
    ];
    errors[`${method}: loss`] = Math.max(...cpu.losses.map((loss, i) => Math.abs(webgpu.losses[i]! / loss - 1)));
    errors[`${method}: gradients`] = Math.max(
      ...cpu.firstGradients.map((values, i) => relativeError(webgpu.firstGradients[i]!, values)),
    );
  }
  return errors;
}

/** The tokens that a base in few bits finds greedily, on both devices. */
async function quantized(): Promise<readonly { readonly cpu: string; readonly webgpu: string }[]> {
  const found = [];
  for (const bits of [4, 8] as const) {
    const { base } = await importBase({ source: join(fixtures, model), home, bits, name: `${model}-#` });
    const texts = [];
    for (const placement of [onCpu, onWebgpu]) {
      const decoder = decoderOver(await openTokenTree(base, { placement }));
      let logits = await decoder.begin([5, 9, 2, 7, 30, 12]);
      const tokens: number[] = [];
      for (let i = 0; i < 8; i++) {
        tokens.push(logits.indexOf(Math.max(...logits)));
        logits = await decoder.extend(tokens.slice(-1));
      }
      texts.push(`${bits} bits: ${tokens.join()}`);
      await decoder.release();
    }
    found.push({ cpu: texts[0]!, webgpu: texts[1]! });
  }
  return found;
}

async function probe() {
  const { base } = await loadFixture(model);
  return await measureDevice(base, "webgpu");
}
