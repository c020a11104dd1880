/**
 * The memory of a training, told before it starts, and the micro-batches that fit. A plan is made from the graph that would be
 * run; what surrounds the graph is estimated.
 */

import { basename } from "node:path";
import { UserError } from "../../foundation/errors.ts";
import { gigabytes } from "../../foundation/quantities.ts";
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
  /** Of the whole process at its peak. */
  readonly bytes: number;
  /** What `bytes` is made of, beside the highest segment. */
  readonly fixed: Readonly<Record<"process" | "weights" | "packedWeights" | "parameters", number>>;
  /** What the graph needs while each of its segments is computed: layers, and the head. */
  readonly segments: readonly SegmentMemory[];
}

/** Node.js with a tokenizer and the data at hand, the runtime's library, and the graph itself. */
const processBytes = 300e6;
/** Copies of each parameter: its values, gradient, sum of gradients, two moments, and the best values so far. */
const parameterCopies = 6;

/** @throws whatever building the graph throws */
export function planMemory(base: InstalledBase, spec: MethodSpec, shape: BatchShape): MemoryPlan {
  const { config } = base;
  const weights = { weights: storedWeights(base.tensors), weightFile: basename(base.weightsPath) };
  const graph = trainingGraph({ config, ...weights, modules: moduleShapes(config) }, spec, shape, "gradients");
  const segments = plannedMemory(graph.outputs, { sizes: { labels: shape.rows * shape.length }, segmentOf });
  const fixed = {
    process: processBytes,
    weights: base.bytes,
    packedWeights: packedBytes(graph),
    parameters: graph.parameters.reduce(
      (sum, parameter) => sum + 4 * parameterCopies * elementCount(parameter.shape),
      0,
    ),
  };
  const bytes = Object.values(fixed).reduce((sum, part) => sum + part, highest(segments));
  return { bytes, fixed, segments };
}

function highest(segments: readonly SegmentMemory[]): number {
  return segments.reduce((most, { bytes }) => Math.max(most, bytes), 0);
}

/** The layer whose weights or parameters a node reads, or the head. */
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

/** Weights that the runtime lays out anew for its kernels, beside the mapped file: those of MatMulNBits, and widened ones. */
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

/** Tokens of a micro-batch, most first: with fewer, more of the time goes by beside the products. */
const tokenLimits = [1024, 512, 256, 128];

/**
 * The fastest micro-batches whose plan fits into memory: to compute layers twice costs a third of the time, to take fewer tokens at
 * a time far less.
 *
 * @param shapeWithin the best shape of at most so many tokens, but at least one sequence
 * @param checkpointing to compute layers twice in any case
 * @param available bytes that this process may take in all
 * @throws UserError "training-too-large"
 */
export function fitMemory(
  base: InstalledBase,
  spec: MethodSpec,
  shapeWithin: (maxTokens: number) => PackedShape,
  { checkpointing = false, available = availableBytes() }: { checkpointing?: boolean | undefined; available?: number },
): BatchShape {
  let last: { readonly shape: BatchShape; readonly bytes: number } | undefined;
  for (const recompute of checkpointing ? [true] : [false, true]) {
    for (const limit of tokenLimits) {
      const shape: BatchShape = { ...shapeWithin(limit), checkpointing: recompute };
      if (last && isSame(last.shape, shape)) continue;
      last = { shape, bytes: planMemory(base, spec, shape).bytes };
      if (last.bytes <= available) return shape;
    }
  }
  const { shape, bytes } = last!;
  const message =
    `Cannot train ${spec.method} on "${base.name}": ${shape.rows * shape.length} tokens at a time need ` +
    `${gigabytes(bytes)} of memory, and ${gigabytes(available)} are free.`;
  throw new UserError("training-too-large", message, whatFits(base, spec, shape, available));
}

function isSame(a: BatchShape, b: BatchShape): boolean {
  const keys = ["rows", "length", "encoderLength", "checkpointing"] as const;
  return keys.every((key) => a[key] === b[key]);
}

/** Shorter sequences, if they would do; else another base. */
function whatFits(base: InstalledBase, spec: MethodSpec, shape: BatchShape, available: number): string {
  for (let length = shape.length >> 1; length >= 32; length >>= 1) {
    const encoderLength = shape.encoderLength && Math.ceil((shape.encoderLength * length) / shape.length);
    const { bytes } = planMemory(base, spec, { ...shape, length, ...(encoderLength && { encoderLength }) });
    if (bytes <= available) return `Choose a max length of ${length} tokens: that needs ${gigabytes(bytes)}.`;
  }
  return "Close other programs, or choose a smaller base, or one stored in fewer bits.";
}

/** What this process has, and nine tenths of what nobody has. */
function availableBytes(): number {
  return process.memoryUsage().rss + 0.9 * process.availableMemory();
}
