/**
 * Replaces FusedMatMul, an op of ONNX Runtime that not every device has, with ops of the ONNX standard. Otherwise a product would be
 * computed on the CPU in the middle of a layer.
 */

import { mul } from "./primitives/elementwise.ts";
import { matMul } from "./primitives/matrix.ts";
import { flattenRows, reshape, transpose } from "./primitives/shaping.ts";
import { replaceNodes } from "./replaceNodes.ts";
import { dimension } from "./shape.ts";
import { primitive, scalar, type Primitive, type Tensor } from "./tensor.ts";

/** @param outputs a lowered graph, which will not be differentiated */
export function withPlainProducts(outputs: readonly Tensor[]): readonly Tensor[] {
  return replaceNodes(outputs, (node, inputs) =>
    node.op === "FusedMatMul" ? [plainProduct(node, inputs as Tensor[])] : undefined,
  );
}

function plainProduct({ outputs, attributes }: Primitive, [a, b]: readonly Tensor[]): Tensor {
  const [transposeA, transposeB] = [attributes["transA"] === 1, attributes["transB"] === 1];
  const { float: alpha } = attributes["alpha"] as { readonly float: number };
  const type = outputs[0]!;
  // Rows of a batch that share a matrix are rows of one product; Gemm transposes while it reads.
  if (b!.shape.length === 2 && (a!.shape.length === 2 || (!transposeA && openSizes(type) < 2))) {
    const rows = a!.shape.length === 2 ? a! : flattenRows(a!);
    const shape = [dimension(rows, transposeA ? 1 : 0), dimension(type, -1)];
    const gemm = primitive("Gemm", [rows, b!], { dtype: type.dtype, shape }, "not differentiable", {
      attributes: { transA: Number(transposeA), transB: Number(transposeB), alpha: { float: alpha } },
    });
    return reshape(gemm, type.shape);
  }
  const product = matMul(transposeA ? swapped(a!) : a!, transposeB ? swapped(b!) : b!);
  return alpha === 1 ? product : mul(product, scalar(alpha));
}

/** Returns the number of sizes that are known only at run time. A reshape can infer one. */
function openSizes({ shape }: Tensor): number {
  return shape.filter((size) => typeof size === "string").length;
}

/** Returns x with its last two axes swapped. */
function swapped(x: Tensor): Tensor {
  const axes = x.shape.map((_, i) => i);
  return transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}
