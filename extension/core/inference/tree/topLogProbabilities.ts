/**
 * Top log-probabilities: the most probable tokens of a row of logits. A session of its own finds them, because
 * JavaScript takes ten times as long, mostly for the exponentials.
 */

import { topK } from "../../graph/primitives/indexing.ts";
import { logSoftmax } from "../../graph/primitives/normalization.ts";
import { input } from "../../graph/tensor.ts";
import { encode } from "../../onnx/encode.ts";
import { floats, floatsOf, int64s, integersOf, openSession } from "../../runtime/session.ts";

/** The most probable next tokens, most probable first. */
export interface TopTokens {
  readonly tokens: readonly number[];
  /** log p of each token, normalized over the whole vocabulary. */
  readonly logProbabilities: Float32Array;
}

export interface TopLogProbabilities {
  /** Returns the `count` most probable tokens of each row of logits [rows, vocabulary], or all if there are fewer. */
  readonly find: (logits: Float32Array, count: number) => Promise<readonly TopTokens[]>;
  readonly release: () => Promise<void>;
}

export async function openTopLogProbabilities(
  vocabulary: number,
  options: { readonly threads?: number | undefined },
): Promise<TopLogProbabilities> {
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
