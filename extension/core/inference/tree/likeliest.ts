/**
 * The likeliest tokens by their logits, found by a session of its own: the same in JavaScript takes ten times as long, most
 * of it for the exponentials.
 */

import { logSoftmax } from "../../graph/primitives/normalization.ts";
import { topK } from "../../graph/primitives/indexing.ts";
import { input } from "../../graph/tensor.ts";
import { encode } from "../../onnx/encode.ts";
import { floats, floatsOf, int64s, integersOf, openSession } from "../../runtime/session.ts";

/** Some of the tokens that may come next, the likeliest first. */
export interface Likely {
  readonly tokens: readonly number[];
  /** The logarithm of each one's probability among all tokens. */
  readonly logProbabilities: Float32Array;
}

export interface Likeliest {
  /** The `count` likeliest tokens in each row of logits [rows, vocabulary], or all, where there are fewer. */
  readonly find: (logits: Float32Array, count: number) => Promise<readonly Likely[]>;
  readonly release: () => Promise<void>;
}

export async function openLikeliest(vocabulary: number, options: { readonly threads?: number }): Promise<Likeliest> {
  const logits = input("logits", "float32", ["rows", vocabulary]);
  const [logProbabilities, tokens] = topK(logSoftmax(logits), input("count", "int64", [1]), "count");
  const model = encode({ logProbabilities, tokens }, "");
  const session = await openSession(model, { ...options, purpose: "inference" });
  return {
    find: async (values, wanted) => {
      const [rows, count] = [values.length / vocabulary, Math.min(wanted, vocabulary)];
      const results = await session.run({
        logits: floats(values, [rows, vocabulary]),
        count: int64s(BigInt64Array.of(BigInt(count)), [1]),
      });
      const ids = integersOf(results["tokens"]);
      const found = floatsOf(results["logProbabilities"]);
      return Array.from({ length: rows }, (_, row) => ({
        tokens: Array.from(ids.subarray(row * count, (row + 1) * count), Number),
        logProbabilities: found.subarray(row * count, (row + 1) * count),
      }));
    },
    release: () => session.release(),
  };
}
