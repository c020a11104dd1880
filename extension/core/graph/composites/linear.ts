/** The linear layer, and the table look-up that shares its weight. */

import { after } from "./after.ts";
import type { Weight } from "./weight.ts";
import { add } from "../primitives/elementwise.ts";
import { gather } from "../primitives/indexing.ts";
import { matMul } from "../primitives/matrix.ts";
import { dequantizeLinear, gatherBlockQuantized, matMulNBits } from "../primitives/quantized.ts";
import { sumTo } from "../primitives/reduction.ts";
import { composite, type Tensor } from "../tensor.ts";

/** y = x·Wᵀ + b for x [.., in], W [out, in], b [out]. */
export function linear(x: Tensor, { value, quantized }: Weight, bias: Tensor | null = null): Tensor {
  const expand = (): Tensor => {
    const product = matMul(x, value, { transposeB: true });
    return bias ? add(product, bias) : product;
  };
  if (!quantized) return composite("linear", [x, value, bias], { expand });
  return composite("linear", [x, value, bias], {
    expand,
    inference: () => matMulNBits(x, quantized, bias, "int8"),
    // Eight bits with exact activations are far slower as MatMulNBits than dequantized and multiplied.
    ...(quantized.bits === 4 && { training: () => matMulNBits(x, quantized, bias, "float32") }),
    // The float weight lives only while this product needs it, so it must not be made before dY is there.
    gradient: (dy) => [
      matMul(dy, dequantizeLinear(quantized, after(quantized.scales, dy))),
      null,
      bias && sumTo(dy, bias.shape),
    ],
  });
}

/** Rows of W [vocabulary, size] at ids [..] → [.., size]. */
export function embedding(ids: Tensor, { value, quantized }: Weight): Tensor {
  const fused = quantized && (() => gatherBlockQuantized(quantized, ids));
  return composite("embedding", [ids, value], {
    expand: () => gather(value, ids),
    ...(fused && { inference: fused, training: fused, gradient: () => [null, null] }),
  });
}
