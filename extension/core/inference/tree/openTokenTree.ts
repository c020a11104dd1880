/** Opens an installed base for inference: its graphs, their sessions, and the token tree over them. */

import { basename, dirname } from "node:path";
import { allChanges, changesOf, type ActiveAdapter, type Changes } from "../../adapters/servingSlots.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { isEncoderDecoder } from "../../architectures/config.ts";
import { moduleShapes } from "../../architectures/architectures.ts";
import { storedWeights } from "../../architectures/storedWeights.ts";
import { onCpu, type Placement } from "../../runtime/device.ts";
import { openSession } from "../../runtime/session.ts";
import { openAdaptedSession } from "../graphs/adaptedSession.ts";
import { encoderDecoderGraphs } from "../graphs/encoderDecoderGraphs.ts";
import { inferenceGraph, type InferenceGraph } from "../graphs/inferenceGraph.ts";
import { decoderTree } from "./decoderTree.ts";
import { encoderDecoderTree } from "./encoderDecoderTree.ts";
import type { TokenTree, TreeSession } from "./tokenTree.ts";
import { openTopLogProbabilities } from "./topLogProbabilities.ts";

export interface TokenTreeOptions {
  /** The default is all cores. */
  readonly threads?: number | undefined;
  /** The default is the CPU. */
  readonly placement?: Placement | undefined;
  /** Adapters that will be used: the base opens with slots for them. The first adapter that changes more reopens a small base. */
  readonly expected?: readonly ActiveAdapter[] | undefined;
}

/**
 * Bases with more bytes of weights have slots for all adapters from the start: opening them again takes long, and slots hardly slow
 * them down. Measured at 1.5 billion parameters in 4 bits: 5 s and 1 %; at half a billion 0.6 s and 12 %.
 */
const mostToReopen = 700e6;

export async function openTokenTree(base: InstalledBase, options: TokenTreeOptions = {}): Promise<TokenTree> {
  const { config, weightsPath } = base;
  const { threads, placement = onCpu, expected = [] } = options;
  const { device, tokensPerRun } = placement;
  const weights = storedWeights(base.tensors);
  const [weightFolder, weightFile] = [dirname(weightsPath), basename(weightsPath)];
  const paths = [...moduleShapes(config).keys()];
  const initial = base.bytes > mostToReopen ? allChanges(paths) : changesOf(paths, expected);
  const open = async (graphWith: (changes: Changes) => InferenceGraph): Promise<TreeSession> => {
    const parts = {
      paths,
      device,
      graphWith,
      open: (model: InferenceGraph["model"]) =>
        openSession(model, { threads, device, purpose: "inference", weightFolder }),
    };
    return { ...(await openAdaptedSession(parts, initial)), tokensPerRun };
  };
  const top = await openTopLogProbabilities(config.vocabularySize, { threads });
  if (isEncoderDecoder(config)) {
    const graphsWith = (changes: Changes) => encoderDecoderGraphs(config, weights, weightFile, device, changes);
    const encoder = await open((changes) => graphsWith(changes).encoder());
    return encoderDecoderTree(config, encoder, await open((changes) => graphsWith(changes).decoder()), top);
  }
  const graphWith = (changes: Changes) => inferenceGraph(config, weights, weightFile, device, changes);
  return decoderTree(config, await open(graphWith), top);
}
