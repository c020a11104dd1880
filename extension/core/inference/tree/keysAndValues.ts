/** Reads the keys and values of a text in every layer, the starting point of prefix tuning. */

import { basename, dirname } from "node:path";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import type { DecoderConfig } from "../../architectures/config.ts";
import { storedWeights } from "../../architectures/storedWeights.ts";
import { floatsOf, int64s, openSession } from "../../runtime/session.ts";
import { inferenceGraph } from "../graphs/inferenceGraph.ts";
import { emptyCache } from "./keyValueCache.ts";
import { placeFeeds } from "./placeFeeds.ts";
import { addChild, rootAfter, type TokenNode } from "./tokenNode.ts";

export interface LayerKeysAndValues {
  /** [kvHeads, tokens, headSize] each */
  readonly key: Float32Array;
  readonly value: Float32Array;
}

/** @param ids the tokens of the text (at least one), at the start of the context */
export async function readKeysAndValues(
  { tensors, weightsPath }: Pick<InstalledBase, "tensors" | "weightsPath">,
  config: DecoderConfig,
  ids: readonly number[],
): Promise<readonly LayerKeysAndValues[]> {
  const { model } = inferenceGraph(config, storedWeights(tensors), basename(weightsPath), "cpu", new Set());
  const session = await openSession(model, { purpose: "inference", weightFolder: dirname(weightsPath) });
  try {
    const count = ids.length;
    const nodes: TokenNode[] = [];
    for (const [entry, id] of ids.entries()) {
      nodes.push(Object.assign(addChild(nodes.at(-1) ?? rootAfter(null), id), { entry }));
    }
    const results = await session.run({
      ...emptyCache(config),
      ...placeFeeds(config, nodes, count),
      ids: int64s(BigInt64Array.from(ids, BigInt), [1, count]),
      rows: int64s(BigInt64Array.of(0n), [1]),
    });
    const present = (layer: number, part: string): Float32Array => {
      return Float32Array.from(floatsOf(results[`present.${layer}.${part}`]));
    };
    return Array.from({ length: config.layers }, (_, i) => ({ key: present(i, "key"), value: present(i, "value") }));
  } finally {
    await session.release();
  }
}
