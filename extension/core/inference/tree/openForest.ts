/** Opens an installed base: its graphs, their sessions, and a forest over them. */

import { basename, dirname } from "node:path";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { isEncoderDecoder } from "../../architectures/config.ts";
import { storedWeights } from "../../architectures/storedWeights.ts";
import { adapterFeeds } from "../graphs/adapterFeeds.ts";
import { decoderForest } from "./decoderForest.ts";
import { encoderDecoderForest } from "./encoderDecoderForest.ts";
import { encoderDecoderGraphs } from "../graphs/encoderDecoderGraphs.ts";
import type { AdaptedSession, TokenForest } from "./forest.ts";
import { inferenceGraph, type InferenceGraph } from "../graphs/inferenceGraph.ts";
import { openLikeliest } from "./likeliest.ts";
import { openSession } from "../../runtime/session.ts";

export interface ForestOptions {
  /** All cores unless given. */
  readonly threads?: number;
}

export async function openForest(base: InstalledBase, options: ForestOptions = {}): Promise<TokenForest> {
  const { config, weightsPath } = base;
  const weights = storedWeights(base.tensors);
  const open = async ({ model, sites }: InferenceGraph): Promise<AdaptedSession> => {
    const session = await openSession(model, { ...options, purpose: "inference", weightFolder: dirname(weightsPath) });
    return { ...session, adapterFeeds: adapterFeeds(sites) };
  };
  const likeliest = await openLikeliest(config.vocabularySize, options);
  if (isEncoderDecoder(config)) {
    const { encoder, decoder } = encoderDecoderGraphs(config, weights, basename(weightsPath));
    return encoderDecoderForest(config, await open(encoder), await open(decoder), likeliest);
  }
  return decoderForest(config, await open(inferenceGraph(config, weights, basename(weightsPath))), likeliest);
}
