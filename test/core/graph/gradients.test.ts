/** Every rule against finite differences. The table is typed by the ops themselves: one without a sample does not compile. */

import { describe, expect, test } from "vitest";
import { constant, integers, type Tensor } from "../../../extension/core/graph/tensor.ts";
import * as broadcasting from "../../../extension/core/graph/primitives/broadcasting.ts";
import * as elementwise from "../../../extension/core/graph/primitives/elementwise.ts";
import * as indexing from "../../../extension/core/graph/primitives/indexing.ts";
import * as matrix from "../../../extension/core/graph/primitives/matrix.ts";
import * as normalization from "../../../extension/core/graph/primitives/normalization.ts";
import * as quantized from "../../../extension/core/graph/primitives/quantized.ts";
import * as fused from "../../../extension/core/graph/primitives/fused.ts";
import * as reduction from "../../../extension/core/graph/primitives/reduction.ts";
import * as rotary from "../../../extension/core/graph/primitives/rotary.ts";
import * as shaping from "../../../extension/core/graph/primitives/shaping.ts";
import { gradientError, weightedSum } from "./finiteDifferences.ts";
import { Variables } from "./evaluate.ts";

const ops = {
  ...broadcasting,
  ...elementwise,
  ...indexing,
  ...matrix,
  ...normalization,
  ...quantized,
  ...fused,
  ...reduction,
  ...rotary,
  ...shaping,
};
type OpName = keyof typeof ops;

/** Builds an expression around the op; its float inputs are the variables that it asks for. */
type Sample = (x: Variables) => Tensor;

const mask = constant(Uint8Array.of(1, 0, 1, 1, 0, 0), [2, 3], "bool");
const rows = integers(2, 0, 2);
const positions = constant(BigInt64Array.of(0n, 5n, 7n), [1, 3]);
const rotaryTables = (pairs: number, interleaved: boolean): rotary.RotaryTables => {
  const table = (f: (angle: number) => number): Tensor =>
    constant(
      Float32Array.from({ length: 8 * pairs }, (_, i) => f(i * 0.37)),
      [8, pairs],
    );
  return { cosines: table(Math.cos), sines: table(Math.sin), interleaved };
};
const columns = constant(BigInt64Array.of(1n, 3n, 0n, 2n), [2, 2]);

const samples: Record<OpName, readonly Sample[] | "not differentiable"> = {
  add: [(x) => ops.add(x.normal(2, 3), x.normal(3)), (x) => ops.add(x.normal(2, 1), x.normal(2, 3))],
  sub: [(x) => ops.sub(x.normal(2, 3), x.normal(1, 3))],
  mul: [(x) => ops.mul(x.normal(2, 3), x.normal(2, 1)), (x) => ops.mul(x.normal(4), x.normal())],
  div: [(x) => ops.div(x.normal(2, 3), x.positive(3))],
  neg: [(x) => ops.neg(x.normal(3))],
  sqrt: [(x) => ops.sqrt(x.positive(3))],
  reciprocal: [(x) => ops.reciprocal(x.positive(3))],
  exp: [(x) => ops.exp(x.normal(3))],
  log: [(x) => ops.log(x.positive(3))],
  relu: [(x) => ops.relu(x.normal(2, 5))],
  sigmoid: [(x) => ops.sigmoid(x.normal(5))],
  where: [(x) => ops.where(mask, x.normal(2, 3), x.normal(3))],
  equal: "not differentiable",
  greaterOrEqual: "not differentiable",
  and: "not differentiable",
  bitwiseXor: "not differentiable",
  cast: "not differentiable",
  reduceSum: [(x) => ops.reduceSum(x.normal(2, 3, 2), [0, -1])],
  reduceMean: [(x) => ops.reduceMean(x.normal(2, 3), -1)],
  reduceMax: "not differentiable",
  sumTo: [(x) => ops.sumTo(x.normal(2, 3, 2), [3, 1])],
  reshape: [(x) => ops.reshape(x.normal(2, 3), [3, 2])],
  flattenRows: [(x) => ops.flattenRows(x.normal(2, 2, 3))],
  transpose: [(x) => ops.transpose(x.normal(2, 3, 4), [1, 2, 0])],
  expandLike: [(x) => ops.expandLike(x.normal(2, 1), constant(new Float32Array(6), [2, 3]))],
  concat: [(x) => ops.concat([x.normal(2, 1), x.normal(2, 3)], -1)],
  split: [
    (x) => ops.split(x.normal(2, 5), [2, 3], -1)[1]!,
    (x) => ops.mul(...(ops.split(x.normal(4, 2), [2, 2], 0) as [Tensor, Tensor])),
  ],
  slice: [(x) => ops.slice(x.normal(2, 5), 1, 4, 1), (x) => ops.slice(x.normal(4, 2), 0, 3, 0)],
  zeros: "not differentiable",
  zerosLike: "not differentiable",
  matMul: [
    (x) => ops.matMul(x.normal(2, 3), x.normal(3, 4)),
    (x) => ops.matMul(x.normal(3, 2), x.normal(3, 4), { transposeA: true }),
    (x) => ops.matMul(x.normal(2, 3), x.normal(4, 3), { transposeB: true, alpha: 0.5 }),
    (x) => ops.matMul(x.normal(3, 2), x.normal(4, 3), { transposeA: true, transposeB: true }),
    (x) => ops.matMul(x.normal(2, 2, 3), x.normal(3, 4)),
    (x) => ops.matMul(x.normal(2, 2, 3), x.normal(4, 3), { transposeB: true }),
    (x) => ops.matMul(x.normal(2, 1, 2, 3), x.normal(2, 2, 3, 2)),
  ],
  gather: [(x) => ops.gather(x.normal(4, 2), rows)],
  scatterRows: [(x) => ops.scatterRows(x.normal(3, 2), rows, constant(new Float32Array(8), [4, 2]))],
  gatherElements: [(x) => ops.gatherElements(x.normal(2, 4), columns)],
  scatterElements: [(x) => ops.scatterElements(x.normal(2, 2), columns, constant(new Float32Array(8), [2, 4]))],
  topK: "not differentiable",
  softmax: [(x) => ops.softmax(x.normal(2, 4))],
  logSoftmax: [(x) => ops.logSoftmax(x.normal(2, 4))],
  rotaryEmbedding: [
    (x) => ops.rotaryEmbedding(x.normal(1, 2, 3, 8), positions, rotaryTables(4, false)),
    (x) => ops.rotaryEmbedding(x.normal(1, 2, 3, 8), positions, rotaryTables(4, true)),
    (x) => ops.rotaryEmbedding(x.normal(1, 2, 3, 10), positions, rotaryTables(3, false)),
    (x) => ops.rotaryEmbedding(x.normal(1, 2, 3, 10), positions, rotaryTables(3, true)),
  ],
  matMulNBits: "not differentiable",
  dequantizeLinear: "not differentiable",
  gatherBlockQuantized: "not differentiable",
  scalesOf: "not differentiable",
  simplifiedLayerNormalization: "not differentiable",
  layerNormalization: "not differentiable",
  gelu: "not differentiable",
  groupQueryAttention: "not differentiable",
  rotaryEmbeddingOfRows: "not differentiable",
};

describe("gradient rules", () => {
  const cases = Object.entries(samples).flatMap(([op, list]) =>
    list === "not differentiable" ? [] : list.map((sample, i) => ({ op, i, sample })),
  );
  test.each(cases)("$op agrees with central differences (sample $i)", async ({ sample }) => {
    const variables = new Variables();
    const loss = weightedSum(sample(variables));
    expect(await gradientError(loss, variables)).toBeLessThan(1e-3);
  });
});
