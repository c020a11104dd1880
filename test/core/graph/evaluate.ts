/** Runs a graph in ONNX Runtime, for tests: float inputs are fed by name, weights come from one buffer. */

import { writeFileSync } from "node:fs";
import { dirname, basename } from "node:path";
import { lower, type Lowering } from "../../../extension/core/graph/lower.ts";
import { input, type Shape, type Tensor } from "../../../extension/core/graph/tensor.ts";
import { encode } from "../../../extension/core/onnx/encode.ts";
import { floats, openSession, type RuntimeTensor } from "../../../extension/core/runtime/session.ts";
import { seededRandom, type Random } from "../../../extension/core/foundation/random.ts";

export type Feeds = Readonly<Record<string, { values: Float32Array; shape: readonly number[] }>>;

/** A function from feeds to the values of each output. */
export async function compiled(
  outputs: readonly Tensor[],
  lowering: Lowering,
  weightsPath?: string,
): Promise<(feeds: Feeds, others?: Record<string, RuntimeTensor>) => Promise<Float32Array[]>> {
  const lowered = lower(outputs, lowering);
  const named = Object.fromEntries(lowered.map((tensor, i) => [`y${i}`, tensor]));
  const model = encode(named, weightsPath ? basename(weightsPath) : "none");
  const session = await openSession(model, {
    purpose: "training",
    ...(weightsPath && { weightFolder: dirname(weightsPath) }),
  });
  return async (feeds, others = {}) => {
    const tensors: Record<string, RuntimeTensor> = { ...others };
    for (const [name, { values, shape }] of Object.entries(feeds)) tensors[name] = floats(values, shape);
    for (const name of Object.keys(tensors)) if (!model.inputs.has(name)) delete tensors[name];
    const results = await session.run(tensors);
    return outputs.map((_, i) => Float32Array.from(results[`y${i}`]!.data as Float32Array));
  };
}

/** Float inputs made on demand, with values to feed them. */
export class Variables {
  readonly tensors: Tensor[] = [];
  readonly feeds: Record<string, { values: Float32Array; shape: number[] }> = {};
  private readonly random: Random = seededRandom(7);

  /** Standard normal values. */
  readonly normal = (...shape: number[]): Tensor => this.with(shape, () => this.random.normal());
  /** Values in [1, 2), for what must stay away from 0. */
  readonly positive = (...shape: number[]): Tensor => this.with(shape, () => 1 + this.random.next());

  with(shape: number[], value: (i: number) => number): Tensor {
    const name = `x${this.tensors.length}`;
    const tensor = input(name, "float32", shape);
    this.tensors.push(tensor);
    const count = shape.reduce((product, n) => product * n, 1);
    this.feeds[name] = { values: Float32Array.from({ length: count }, (_, i) => value(i)), shape };
    return tensor;
  }
}

export function randomValues(shape: Shape, seed = 1): Float32Array {
  const random = seededRandom(seed, "values");
  const count = shape.reduce<number>((product, n) => product * Number(n), 1);
  return Float32Array.from({ length: count }, () => random.normal());
}

/** Writes a weight file; returns its path. */
export function writeWeights(path: string, ...parts: Uint8Array[]): string {
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

/** The largest |a - b|, relative to the largest |b|. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let scale = 0;
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  for (let i = 0; i < b.length; i++) {
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
    scale = Math.max(scale, Math.abs(b[i]!));
  }
  return difference === 0 ? 0 : difference / scale;
}
