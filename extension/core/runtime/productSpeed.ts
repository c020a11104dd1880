/** Measures how fast ONNX Runtime computes matrix products on this machine: the ceiling for training speed. */

import { lower } from "../graph/lower.ts";
import { matMul } from "../graph/primitives/matrix.ts";
import { slice } from "../graph/primitives/shaping.ts";
import { constant, input } from "../graph/tensor.ts";
import { encode } from "../onnx/encode.ts";
import { floats, openSession, type RuntimeTensor, type Session } from "./session.ts";

/** A matrix product [tokens, in]·[in, out], and the number of products of this size. */
export interface Product {
  readonly tokens: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly count: number;
}

export interface ProductSpeed {
  /** Returns the seconds that all products would take. Runs each size once, and multiplies by its count. */
  measure(): Promise<number>;
  release(): Promise<void>;
}

/** Opens sessions for float32 products with a constant weight, so that the runtime can choose its layout. */
export async function openProductSpeed(products: readonly Product[]): Promise<ProductSpeed> {
  const opened: { session: Session; feeds: Record<string, RuntimeTensor>; count: number }[] = [];
  for (const { tokens, inFeatures, outFeatures, count } of products) {
    const weight = constant(filled(inFeatures * outFeatures), [inFeatures, outFeatures]);
    const product = matMul(input("x", "float32", [tokens, inFeatures]), weight);
    // Output one element only, so that copying the result is not measured.
    const [y] = lower([slice(slice(product, 0, 1, 0), 0, 1, 1)], "training");
    const session = await openSession(encode({ y: y! }, "none"), { purpose: "training" });
    opened.push({ session, feeds: { x: floats(filled(tokens * inFeatures), [tokens, inFeatures]) }, count });
  }
  return {
    measure: async () => {
      let seconds = 0;
      for (const { session, feeds, count } of opened) {
        const start = performance.now();
        await session.run(feeds);
        seconds += (count * (performance.now() - start)) / 1000;
      }
      return seconds;
    },
    release: async () => {
      for (const { session } of opened) await session.release();
    },
  };
}

/** Returns arbitrary numbers near 1. Denormal numbers near 0 would slow down the products. */
function filled(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => 0.5 + (i % 17) / 17);
}
