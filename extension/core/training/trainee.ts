/** What is trained of a base, as its user asks for it: what the graph is told, the first values, and what comes of them. */

import { loraScaling } from "../adapters/adapter.ts";
import { adapterFiles, writeAdapter } from "../adapters/peftFolder.ts";
import type { AdapterSettings } from "../adapters/peftConfig.ts";
import { adapterFromTensors } from "../adapters/peftTensors.ts";
import { internalError, UserError } from "../foundation/errors.ts";
import type { Log } from "../foundation/log.ts";
import { seededRandom } from "../foundation/random.ts";
import { openBaseFolder } from "../baseModels/export/baseFolder.ts";
import { exportedFiles } from "../baseModels/export/exportModel.ts";
import type { InstalledBase } from "../baseModels/installedBase.ts";
import { openOriginal } from "../baseModels/export/originalFolder.ts";
import { writeTrainedModel } from "../baseModels/export/trainedModel.ts";
import { moduleShapes, weightRequests } from "../architectures/architectures.ts";
import { isEncoderDecoder } from "../architectures/config.ts";
import { readKeysAndValues } from "../inference/tree/keysAndValues.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { checkMemory } from "./methods/full.ts";
import { firstIa3 } from "./methods/ia3.ts";
import { firstLora } from "./methods/lora.ts";
import type { MethodSpec } from "./methods/methods.ts";
import { firstPrefix, prefixOfText } from "./methods/prefix.ts";
import { firstPrompt } from "./methods/prompt.ts";
import { endsWith, resolveTargets } from "./methods/targets.ts";
import type { NamedTensor } from "./optimizers/optimizer.ts";
import type { OutputFiles } from "./output/outputFolder.ts";
import type { ResolvedSettings } from "./presets.ts";

/**
 * What the training graph is told.
 *
 * @throws UserError "targets-unknown"; "option-invalid" where virtual tokens leave no room; "base-too-large"
 */
export function specOf(settings: ResolvedSettings, base: InstalledBase): MethodSpec {
  const { method, rank, alpha, rsLora, dropout, feedForward, virtualTokens: tokens } = settings;
  const { layers, hiddenSize, contextLength, attention } = base.config;
  const stacks = isEncoderDecoder(base.config) ? 2 : 1;
  switch (method) {
    case "lora":
      return { method, targets: targetsOf(settings, base), rank, scaling: loraScaling(rank, alpha, rsLora), dropout };
    case "ia3": {
      const targets = targetsOf(settings, base);
      const scaled = [...targets].filter((path) => feedForward.some((end) => endsWith(path, end)));
      return { method, targets, feedForward: new Set(scaled) };
    }
    case "prompt":
      checkRoom(tokens, contextLength, base.name);
      return { method, tokens, hiddenSize, stacks };
    case "prefix":
      checkRoom(tokens, contextLength, base.name);
      return { method, tokens, layers, kvHeads: attention.kvHeads, headSize: attention.headSize, stacks };
    case "full":
      checkMemory(base);
      return { method };
  }
}

function targetsOf({ targets }: ResolvedSettings, base: InstalledBase): ReadonlySet<string> {
  return resolveTargets(targets, moduleShapes(base.config));
}

function checkRoom(tokens: number, contextLength: number, name: string): void {
  if (2 * tokens <= contextLength) return;
  const message = `Cannot train ${tokens} virtual tokens for ${name}: its context holds ${contextLength} tokens.`;
  throw new UserError("option-invalid", message, `Give ${contextLength / 2} virtual tokens at most.`);
}

/** How many tokens of the base's context the text cannot have. */
export function virtualTokens(spec: MethodSpec): number {
  return "tokens" in spec ? spec.tokens : 0;
}

/** By the parameters' names. */
export async function firstValues(
  spec: MethodSpec,
  { seed, initText }: ResolvedSettings,
  base: InstalledBase,
  { tokenizer, log }: { readonly tokenizer: Tokenizer; readonly log: Log },
): Promise<ReadonlyMap<string, Float32Array>> {
  switch (spec.method) {
    case "lora":
      return firstLora(spec, moduleShapes(base.config), seed);
    case "ia3":
      return firstIa3(spec, moduleShapes(base.config));
    case "prompt": {
      const count = spec.stacks * spec.tokens;
      const ids = textOf(count, initText, tokenizer) ?? tokensAtRandom(count, tokenizer, seed);
      return await withEmbeddings(base, (row) => firstPrompt(ids, row));
    }
    case "prefix": {
      const ids = textOf(spec.tokens, initText, tokenizer);
      // What a decoder behind an encoder remembers depends on what that has read.
      if (!ids || isEncoderDecoder(base.config)) return firstPrefix(spec, seed);
      return prefixOfText(spec, await readKeysAndValues(base, base.config, ids));
    }
    case "full":
      return await originalValues(base, log);
  }
}

/** The tokens of a text, as the model expects one, again and again up to `count`; null where it says nothing. */
function textOf(count: number, text: string, tokenizer: Tokenizer): readonly number[] | null {
  const ids = text === "" ? [] : tokenizer.encode(text);
  if (ids.length === 0) return null;
  const framed = [...tokenizer.beginning, ...ids, ...tokenizer.ending];
  return Array.from({ length: count }, (_, i) => framed[i % framed.length]!);
}

function tokensAtRandom(count: number, { vocabularySize }: Tokenizer, seed: number): readonly number[] {
  const random = seededRandom(seed, "virtual tokens");
  return Array.from({ length: count }, () => random.integer(vocabularySize));
}

/** @param work is given a function from an id to its row of the table of embeddings */
async function withEmbeddings<T>(
  base: InstalledBase,
  work: (row: (id: number) => Promise<Float32Array>) => Promise<T>,
): Promise<T> {
  const table = weightRequests(base.config).find(({ role }) => role === "embedding")?.names[0];
  if (table === undefined) throw internalError(`${base.name} has no table of embeddings`);
  const { hiddenSize: count } = base.config;
  const folder = await openBaseFolder(base);
  try {
    return await work((id) => folder.read(table, { start: id * count, count }));
  } finally {
    await folder.close();
  }
}

async function originalValues(base: InstalledBase, log: Log): Promise<Map<string, Float32Array>> {
  const { folder, weights } = await openOriginal(base);
  if (weights === "rounded") {
    log.warn(`What ${base.name} was imported from is gone or changed: training starts from its own, rounded weights.`);
  }
  try {
    const values = new Map<string, Float32Array>();
    for (const name of base.tensors.keys()) values.set(name, await folder.read(name));
    return values;
  } finally {
    await folder.close();
  }
}

/**
 * What has come of the parameters: an adapter as PEFT writes it, or a model as transformers does.
 *
 * @param name the adapter's
 */
export function trainedFiles(
  { spec, settings, base, name }: { spec: MethodSpec; settings: ResolvedSettings; base: InstalledBase; name: string },
  parameters: readonly NamedTensor[],
): OutputFiles {
  if (spec.method === "full") {
    return { names: exportedFiles, write: (folder) => writeTrainedModel(folder, base, parameters) };
  }
  const tensors = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const adapter = adapterFromTensors(name, adapterSettings(spec, settings, base), tensors);
  return { names: adapterFiles, write: (folder) => writeAdapter(folder, adapter) };
}

function adapterSettings(
  spec: Exclude<MethodSpec, { method: "full" }>,
  { rank, alpha, dropout, rsLora }: ResolvedSettings,
  { name, repository, identity }: InstalledBase,
): AdapterSettings {
  const origin = { baseModel: repository ?? name, ...(identity !== undefined && { baseIdentity: identity }) };
  switch (spec.method) {
    case "lora":
      return { method: "lora", ...origin, rank, alpha, dropout, rsLora };
    case "ia3":
      return { method: "ia3", ...origin };
    default:
      return { ...spec, ...origin };
  }
}
