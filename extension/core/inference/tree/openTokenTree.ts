/** Opens an installed base for inference: its graphs, their sessions, and the token tree over them. */

import { basename, dirname } from "node:path";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { isEncoderDecoder } from "../../architectures/config.ts";
import { storedWeights } from "../../architectures/storedWeights.ts";
import { onCpu, type Placement } from "../../runtime/device.ts";
import { openSession } from "../../runtime/session.ts";
import { adapterFeeds } from "../graphs/adapterFeeds.ts";
import { encoderDecoderGraphs } from "../graphs/encoderDecoderGraphs.ts";
import { inferenceGraph, type InferenceGraph } from "../graphs/inferenceGraph.ts";
import { decoderTree } from "./decoderTree.ts";
import { encoderDecoderTree } from "./encoderDecoderTree.ts";
import type { AdaptedSession, TokenTree } from "./tokenTree.ts";
import { openTopLogProbabilities } from "./topLogProbabilities.ts";

export interface TokenTreeOptions {
  /** The default is all cores. */
  readonly threads?: number | undefined;
  /** The default is the CPU. */
  readonly placement?: Placement | undefined;
}

export async function openTokenTree(base: InstalledBase, options: TokenTreeOptions = {}): Promise<TokenTree> {
  const { config, weightsPath } = base;
  const { threads, placement = onCpu } = options;
  const { device, tokensPerRun } = placement;
  const weights = storedWeights(base.tensors);
  const open = async ({ model, sites }: InferenceGraph): Promise<AdaptedSession> => {
    const weightFolder = dirname(weightsPath);
    const session = await openSession(model, { threads, device, purpose: "inference", weightFolder });
    return { ...session, tokensPerRun, adapterFeeds: adapterFeeds(sites, device) };
  };
  const top = await openTopLogProbabilities(config.vocabularySize, { threads });
  if (isEncoderDecoder(config)) {
    const { encoder, decoder } = encoderDecoderGraphs(config, weights, basename(weightsPath), device);
    return encoderDecoderTree(config, await open(encoder), await open(decoder), top);
  }
  return decoderTree(config, await open(inferenceGraph(config, weights, basename(weightsPath), device)), top);
}
