/** How fast ONNX Runtime multiplies here: the ceiling of whatever is made of products. */

import { lower } from "../graph/lower.ts";
import { matMul } from "../graph/primitives/matrix.ts";
import { slice } from "../graph/primitives/shaping.ts";
import { constant, input } from "../graph/tensor.ts";
import { encode } from "../onnx/encode.ts";
import { floats, openSession, type RuntimeTensor, type Session } from "./session.ts";

/** A product [tokens, in]·[in, out], and how often there is one of this size. */
export interface Product {
  readonly tokens: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly count: number;
}

export interface ProductSpeed {
  /** Seconds that all products would take, each as often as it counts; each is run once. */
  measure(): Promise<number>;
  release(): Promise<void>;
}

/** Products in float32 by a constant weight, which the runtime lays out as it likes best. */
export async function openProductSpeed(products: readonly Product[]): Promise<ProductSpeed> {
  const opened: { session: Session; feeds: Record<string, RuntimeTensor>; count: number }[] = [];
  for (const { tokens, inFeatures, outFeatures, count } of products) {
    const weight = constant(filled(inFeatures * outFeatures), [inFeatures, outFeatures]);
    const product = matMul(input("x", "float32", [tokens, inFeatures]), weight);
    // A corner of the result, since copying it out is no part of the product.
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

/** Any numbers of about 1: some would make products slower, such as those next to 0. */
function filled(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => 0.5 + (i % 17) / 17);
}
