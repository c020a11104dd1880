/** Counts the FLOPs that the loss of a training step and its gradient need, however they are computed. */

import type { PackedShape } from "../../dataset/batches.ts";
import { moduleShapes } from "../../architectures/architectures.ts";
import type { DecoderConfig } from "../../architectures/config.ts";
import type { Product } from "../../runtime/productSpeed.ts";
import { methodOf, type MethodSpec } from "../../adapters/methods/methodNamed.ts";

/**
 * Returns the products of one micro-batch with frozen weights, forward and for the gradient of their inputs. The head is computed
 * for labelled positions only. The first layer's queries, keys and values need no gradient of their input.
 *
 * @param labels positions that predict something
 */
export function frozenMatMuls(
  config: DecoderConfig,
  { rows, length }: PackedShape,
  labels: number,
): readonly Product[] {
  const tokens = rows * length;
  const counts = new Map<string, Product>();
  const add = (product: Omit<Product, "count">): void => {
    const key = `${product.tokens}/${product.inFeatures}/${product.outFeatures}`;
    counts.set(key, { ...product, count: (counts.get(key)?.count ?? 0) + 1 });
  };
  const both = (product: Omit<Product, "count">): void => {
    add(product);
    add({ ...product, inFeatures: product.outFeatures, outFeatures: product.inFeatures });
  };
  const modules = [...moduleShapes(config).values()];
  for (const [i, { inFeatures, outFeatures, sharesProduct }] of modules.entries()) {
    const isFirst = i === 0 || (sharesProduct === true && i < 3);
    (isFirst ? add : both)({ tokens, inFeatures, outFeatures });
  }
  both({ tokens: labels, inFeatures: config.hiddenSize, outFeatures: config.vocabularySize });
  return [...counts.values()];
}

/**
 * Returns the useful floating-point operations of a micro-batch: the frozen products, the method's own, and attention below its
 * diagonal. A multiplication and an addition count as two. Layers that are computed twice count once.
 */
export function usefulFlops(config: DecoderConfig, spec: MethodSpec, shape: PackedShape, labels: number): number {
  const tokens = shape.rows * shape.length;
  const frozen = frozenMatMuls(config, shape, labels).reduce((sum, product) => sum + flopsOf(product), 0);
  const { heads, headSize } = config.attention;
  // Two products forward, and two for the gradients of each.
  const attention = (config.layers * 6 * 2 * tokens * shape.length * heads * headSize) / 2;
  const modules = moduleShapes(config);
  const ofMethod = methodOf(spec.method).flops?.(spec, { modules, tokens, frozen }) ?? 0;
  return frozen + attention + ofMethod;
}

export function flopsOf({ tokens, inFeatures, outFeatures, count }: Product): number {
  return 2 * tokens * inFeatures * outFeatures * count;
}
