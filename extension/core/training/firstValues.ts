/** Computes the parameters' first values. */

import { openBaseFolder } from "../baseModels/export/baseFolder.ts";
import { openOriginal } from "../baseModels/export/originalFolder.ts";
import type { InstalledBase } from "../baseModels/installedBase.ts";
import type { StartContext } from "../adapters/methods/method.ts";
import { methodOf, type MethodSpec } from "../adapters/methods/methodNamed.ts";
import { moduleShapes, weightRequests } from "../architectures/architectures.ts";
import { isEncoderDecoder } from "../architectures/config.ts";
import { internalError } from "../foundation/errors.ts";
import type { Log } from "../foundation/log.ts";
import { readKeysAndValues } from "../inference/tree/keysAndValues.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { ResolvedSettings } from "./settings.ts";

/** Returns the first values by the parameters' names. */
export async function firstValues(
  spec: MethodSpec,
  settings: ResolvedSettings,
  base: InstalledBase,
  { tokenizer, log }: { readonly tokenizer: Tokenizer; readonly log: Log },
): Promise<ReadonlyMap<string, Float32Array>> {
  const { config } = base;
  const start: StartContext = {
    seed: settings.seed,
    modules: moduleShapes(config),
    hasEncoder: isEncoderDecoder(config),
    tokenizer,
    embeddingsOf: (ids) => embeddingsOf(base, ids),
    async keysAndValuesOf(ids) {
      if (isEncoderDecoder(config)) throw internalError("a decoder's keys and values depend on the encoder's input");
      return await readKeysAndValues(base, config, ids);
    },
    originalWeights: () => originalWeights(base, log),
  };
  return await methodOf(spec.method).firstValues(spec, settings, start);
}

async function embeddingsOf(base: InstalledBase, ids: readonly number[]): Promise<Float32Array[]> {
  const table = weightRequests(base.config).find(({ role }) => role === "embedding")?.names[0];
  if (table === undefined) throw internalError(`${base.name} has no embedding table`);
  const { hiddenSize: count } = base.config;
  const folder = await openBaseFolder(base);
  try {
    return await Promise.all(ids.map((id) => folder.read(table, { start: id * count, count })));
  } finally {
    await folder.close();
  }
}

async function originalWeights(base: InstalledBase, log: Log): Promise<Map<string, Float32Array>> {
  const { folder, weights } = await openOriginal(base);
  if (weights === "rounded") {
    log.warn(`The source of ${base.name} is gone or has changed. Training starts from the base's own rounded weights.`);
  }
  try {
    const values = new Map<string, Float32Array>();
    for (const name of base.tensors.keys()) values.set(name, await folder.read(name));
    return values;
  } finally {
    await folder.close();
  }
}
