/**
 * Plans the memory of a training before it starts and chooses micro-batches that fit. The plan follows the graph that the
 * training would run; memory outside of the graph is estimated.
 */

import { basename } from "node:path";
import { UserError } from "../../foundation/errors.ts";
import { gigabytes } from "../../foundation/words/quantities.ts";
import { say, type Said } from "../../foundation/words/said.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import type { PackedShape } from "../../dataset/batches.ts";
import { plannedMemory, type SegmentMemory } from "../../graph/memory.ts";
import { elementCount } from "../../graph/shape.ts";
import type { Node, Primitive } from "../../graph/tensor.ts";
import { nodesInOrder } from "../../graph/walk.ts";
import { moduleShapes } from "../../architectures/architectures.ts";
import { storedWeights } from "../../architectures/storedWeights.ts";
import type { MethodSpec } from "../../adapters/methods/methodNamed.ts";
import type { BatchShape } from "../data/batchShape.ts";
import { trainingGraph, type TrainingGraph } from "../graph/trainingGraph.ts";

export interface MemoryPlan {
  /** Peak memory of the whole process. */
  readonly bytes: number;
  /** The parts of `bytes`, apart from the largest segment. */
  readonly fixed: Readonly<Record<"process" | "weights" | "packedWeights" | "parameters" | "evaluation", number>>;
  /** Memory of the graph during each of its segments: the layers and the head. */
  readonly segments: readonly SegmentMemory[];
  /** Size of the trained parameters, once. */
  readonly parameterBytes: number;
}

/** Node.js with a tokenizer and open data files, the runtime's library, and the graph itself. */
const processBytes = 300e6;
/** Copies of each parameter: value, gradient, sum of gradients, two optimizer moments, and best value so far. */
const parameterCopies = 6;

/**
 * @param isValidated whether the graph without gradients is also in memory: its session keeps what it has allocated
 * @throws the errors of building the graph
 */
export function planMemory(
  base: InstalledBase,
  spec: MethodSpec,
  shape: BatchShape,
  { isValidated = false }: { readonly isValidated?: boolean | undefined } = {},
): MemoryPlan {
  const { config } = base;
  const weights = { weights: storedWeights(base.tensors), weightFile: basename(base.weightsPath) };
  const graphFor = (outputs: "gradients" | "loss"): TrainingGraph =>
    trainingGraph({ config, ...weights, modules: moduleShapes(config) }, spec, shape, outputs);
  const segmentsOf = ({ outputs }: TrainingGraph): readonly SegmentMemory[] =>
    plannedMemory(outputs, { sizes: { labels: shape.rows * shape.length }, segmentOf });
  const graph = graphFor("gradients");
  const segments = segmentsOf(graph);
  const evaluation = isValidated ? graphFor("loss") : undefined;
  const parameterBytes = graph.parameters.reduce((sum, { shape: dims }) => sum + 4 * elementCount(dims), 0);
  const fixed = {
    process: processBytes,
    weights: base.bytes,
    packedWeights: packedBytes(graph),
    parameters: parameterCopies * parameterBytes,
    evaluation: evaluation ? highest(segmentsOf(evaluation)) + packedBytes(evaluation) : 0,
  };
  const bytes = Object.values(fixed).reduce((sum, part) => sum + part, highest(segments));
  return { bytes, fixed, segments, parameterBytes };
}

function highest(segments: readonly SegmentMemory[]): number {
  return segments.reduce((most, { bytes }) => Math.max(most, bytes), 0);
}

/** Returns the layer whose weights or parameters a node reads, or "head"; null if it reads neither. */
function segmentOf(node: Primitive): string | null {
  for (const tensor of node.inputs) {
    const name = tensor?.node.kind === "leaf" ? tensor.node.name : undefined;
    if (name === undefined) continue;
    const layer = /(\w+\.)?(layers|block|h)\.\d+/.exec(name);
    if (layer) return layer[0];
    if (/embed|head|wte|shared/.test(name)) return "head";
  }
  return null;
}

/** Bytes of the weights that the runtime copies for its kernels, in addition to the mapped file: MatMulNBits' and widened ones. */
function packedBytes({ outputs }: TrainingGraph): number {
  const packed = new Map<string, number>();
  for (const node of nodesInOrder(outputs)) {
    const external = node.op === "MatMulNBits" ? node.inputs[1] : isWidened(node) ? node.inputs[0] : null;
    if (external?.node.kind !== "leaf") continue;
    const { name = "", range } = external.node;
    if (range) packed.set(name, node.op === "Cast" ? 2 * range.length : range.length);
  }
  return [...packed.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function isWidened(node: Node): boolean {
  return node.op === "Cast" && node.inputs[0]?.dtype === "float16";
}

/** Most tokens of a micro-batch, in the order to try them. Fewer tokens leave a smaller share of the time for matrix products. */
const tokenLimits = [1024, 512, 256, 128];

/**
 * Returns the fastest micro-batches whose plan fits into memory. Gradient checkpointing takes half as much time again;
 * smaller micro-batches cost far less, so they are tried first.
 *
 * @param shapeWithin returns the best shape of at most `maxTokens` tokens, but at least one sequence
 * @param checkpointing true to use gradient checkpointing in any case
 * @param isValidated whether there is validation data
 * @param available bytes that this process may use in total
 * @throws UserError "training-too-large"
 */
export function fitMemory(
  base: InstalledBase,
  spec: MethodSpec,
  shapeWithin: (maxTokens: number) => PackedShape,
  { checkpointing = false, isValidated, available = availableBytes() }: MemoryLimits,
): BatchShape {
  let last: { readonly shape: BatchShape; readonly bytes: number } | undefined;
  for (const recompute of checkpointing ? [true] : [false, true]) {
    for (const limit of tokenLimits) {
      const shape: BatchShape = { ...shapeWithin(limit), checkpointing: recompute };
      if (last && isSame(last.shape, shape)) continue;
      last = { shape, bytes: planMemory(base, spec, shape, { isValidated }).bytes };
      if (last.bytes <= available) return shape;
    }
  }
  const { shape, bytes } = last!;
  const tokens = shape.rows * shape.length;
  const message = say`Cannot train ${spec.method} on "${base.name}": ${tokens} tokens at a time need ${gigabytes(bytes)} of memory, ${gigabytes(available)} are available.`;
  throw new UserError("training-too-large", message, whatFits(base, spec, shape, { isValidated, available }));
}

export interface MemoryLimits {
  readonly checkpointing?: boolean | undefined;
  readonly isValidated?: boolean | undefined;
  readonly available?: number;
}

function isSame(a: BatchShape, b: BatchShape): boolean {
  const keys = ["rows", "length", "encoderLength", "checkpointing"] as const;
  return keys.every((key) => a[key] === b[key]);
}

/** Returns the next step: shorter sequences if these would fit, otherwise another base. */
function whatFits(
  base: InstalledBase,
  spec: MethodSpec,
  shape: BatchShape,
  { isValidated, available }: Pick<MemoryLimits, "isValidated"> & { readonly available: number },
): Said {
  for (let length = shape.length >> 1; length >= 32; length >>= 1) {
    const encoderLength = shape.encoderLength && Math.ceil((shape.encoderLength * length) / shape.length);
    const shorter = { ...shape, length, ...(encoderLength && { encoderLength }) };
    const { bytes } = planMemory(base, spec, shorter, { isValidated });
    if (bytes <= available) return say`Choose a max length of ${length} tokens, which needs ${gigabytes(bytes)}.`;
  }
  return say`Close other programs, or choose a smaller base or one stored in fewer bits.`;
}

/** Returns the memory that this process uses, plus what a new process may use. */
function availableBytes(): number {
  return process.memoryUsage().rss + freeMemory();
}

/** Returns nine tenths of the free memory: the bytes that a new process may use. */
export function freeMemory(): number {
  return 0.9 * process.availableMemory();
}
