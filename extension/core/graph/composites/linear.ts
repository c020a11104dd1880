/** The linear layer, and the embedding look-up, which can share its weight. */

import { controlDependency } from "./controlDependency.ts";
import { valueAfter, type Weight } from "./weight.ts";
import { add } from "../primitives/elementwise.ts";
import { gather } from "../primitives/indexing.ts";
import { matMul } from "../primitives/matrix.ts";
import { gatherBlockQuantized, matMulNBits } from "../primitives/quantized.ts";
import { sumTo } from "../primitives/broadcasting.ts";
import { flattenRows, reshape } from "../primitives/shaping.ts";
import { dimension, totalSize, withDimension } from "../shape.ts";
import { blockByBlock, blockSize, type QuantizedMatrix } from "../storage.ts";
import { composite, constant, type Tensor } from "../tensor.ts";

/** y = x·Wᵀ + b for x [.., in], W [out, in], b [out]. */
export function linear(x: Tensor, weight: Weight, bias: Tensor | null = null): Tensor {
  const { value, quantized } = weight;
  const product = (w: Tensor): Tensor => {
    const y = matMul(x, w, { transposeB: true });
    return bias ? add(y, bias) : y;
  };
  const expand = (): Tensor => product(value);
  if (!quantized) return composite("linear", [x, value, bias], { expand });
  // With 8 bits and exact activations, MatMulNBits is far slower than dequantizing and multiplying.
  const inFourBits = quantized.bits === 4;
  return composite("linear", [x, value, bias], {
    expand,
    inference: () => matMulNBits(x, quantized, bias, "int8"),
    training: () => (inFourBits ? matMulNBits(x, quantized, bias, "float32") : product(valueAfter(weight, x))),
    gradient: (dy) => [
      inFourBits ? timesBlocks(dy, quantized) : matMul(dy, valueAfter(weight, dy)),
      null,
      bias && sumTo(dy, bias.shape),
    ],
  });
}

/**
 * Returns dY·W for dY [.., rows], W in 4-bit blocks → [.., columns].
 *
 * DequantizeLinear runs on one thread, and slowly for 4 bits; MatMulNBits dequantizes on all threads. W is therefore
 * read as a matrix with one block per row and multiplied by the identity, which turns each column of the blocks into a
 * matrix of its own:
 *
 *     I [32, 32] · (W as [rows·blocks, 32])ᵀ → V [32, rows, blocks] ──dY·V──▶ [32, T, blocks] ──transposed──▶ [T, blocks·32]
 *
 * The last step is also a product with the identity, so that it runs on all threads.
 */
function timesBlocks(dy: Tensor, w: QuantizedMatrix): Tensor {
  const rows = flattenRows(dy);
  const perRow = w.columns / blockSize;
  const spread = matMulNBits(controlDependency(identity, dy), blockByBlock(w), null, "float32");
  const product = matMul(rows, reshape(spread, [blockSize, w.rows, perRow]));
  const blocks = totalSize([dimension(rows, 0), perRow]);
  const turned = matMul(reshape(product, [blockSize, blocks]), identity, { transposeA: true });
  return reshape(turned, withDimension(dy.shape, -1, w.columns));
}

const identity = constant(
  Float32Array.from({ length: blockSize ** 2 }, (_, i) => Number(i % (blockSize + 1) === 0)),
  [blockSize, blockSize],
);

/** Returns the rows of W [vocabulary, size] at ids [..] → [.., size]. */
export function embedding(ids: Tensor, { value, quantized }: Weight): Tensor {
  const fused = quantized && (() => gatherBlockQuantized(quantized, ids));
  return composite("embedding", [ids, value], {
    expand: () => gather(value, ids),
    ...(fused && { inference: fused, training: fused, gradient: () => [null, null] }),
  });
}
