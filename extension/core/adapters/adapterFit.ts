/** Whether an adapter belongs to a model: by its sizes, which decide, and by the base it was trained on. It attaches nothing. */

import { UserError } from "../foundation/errors.ts";
import { moduleShapes, type ModuleShape } from "../architectures/architectures.ts";
import { isEncoderDecoder, type ModelConfig } from "../architectures/config.ts";
import type { AdapterOutline, Counted, ModuleAdapter, Origin, PrefixAdapter } from "./adapter.ts";

/** Modules whose inputs, or outputs, are as wide as the hidden state, in the architectures that adapters are made for. */
const hiddenInputs = new Set([
  "q_proj",
  "k_proj",
  "v_proj",
  "qkv_proj",
  "gate_proj",
  "up_proj",
  "fc_in",
  "c_fc",
  "q",
  "k",
  "v",
  "wi",
  "wi_0",
  "wi_1",
]);
const hiddenOutputs = new Set(["o_proj", "out_proj", "down_proj", "fc_out", "c_proj", "o", "wo"]);

/** The model that an adapter shall attach to. */
export interface AdapterHost {
  readonly name: string;
  readonly config: ModelConfig;
  /** Of its weights, before they were rounded; absent where it is not known. */
  readonly identity?: string;
  /** OWNER/NAME on the hub, where it comes from there. */
  readonly repository?: string;
}

/**
 * What is known of an adapter and a model: it fits; its sizes fit, but it was trained on another base, or on other weights of
 * the same name; or it cannot be attached, for the reason in `problem`.
 */
export type AdapterFit =
  | { readonly fit: "fits" }
  | { readonly fit: "other-base" | "other-version"; readonly trainedOn: string }
  | { readonly fit: "no"; readonly problem: UserError };

export function fitOf(adapter: AdapterOutline, host: AdapterHost): AdapterFit {
  try {
    checkAdapterFits(adapter, host);
  } catch (error) {
    if (error instanceof UserError) return { fit: "no", problem: error };
    throw error;
  }
  const { baseModel, baseIdentity } = adapter;
  const named = isNamed(adapter, host);
  if (baseIdentity !== undefined && host.identity !== undefined) {
    if (baseIdentity === host.identity) return { fit: "fits" };
    return { fit: named ? "other-version" : "other-base", trainedOn: baseModel };
  }
  // From elsewhere, with a name at best.
  return named || baseModel === "" ? { fit: "fits" } : { fit: "other-base", trainedOn: baseModel };
}

/** What a user should know of an adapter that can be used; undefined where it fits, or cannot be used at all. */
export function warningOf(adapter: AdapterOutline, host: AdapterHost): string | undefined {
  const found = fitOf(adapter, host);
  switch (found.fit) {
    case "other-base": {
      const trainedOn = found.trainedOn === "" ? "another base" : found.trainedOn;
      return `Adapter "${adapter.name}" was trained on ${trainedOn}, not on ${host.name}: it may do no good.`;
    }
    case "other-version":
      return `Adapter "${adapter.name}" was trained on other weights of ${host.name}: it may do no good.`;
    default:
      return undefined;
  }
}

/** Whether the adapter's author names the model as we do. An owner counts where both names have one. */
function isNamed({ baseModel }: Origin, { name, repository = name }: AdapterHost): boolean {
  const trained = parseName(baseModel);
  return [repository, name].map(parseName).some(({ last, owner }) => {
    return last === trained.last && (owner === undefined || trained.owner === undefined || owner === trained.owner);
  });
}

/** Of OWNER/NAME, of a folder's path, or of a folder in Hugging Face's cache. */
function parseName(text: string): { last: string; owner?: string | undefined } {
  const [, cachedOwner, cachedName] = /models--([^/\\]+)--([^/\\]+)/.exec(text.toLowerCase()) ?? [];
  if (cachedName !== undefined) return { last: cachedName, owner: cachedOwner };
  const [, owner, name] = /^([^/\\.~:]+)\/([^/\\@]+)/.exec(text.toLowerCase()) ?? [];
  const parts = text.toLowerCase().split(/[/\\]/).filter(Boolean);
  return parts.length === 2 && name !== undefined ? { last: name, owner } : { last: parts.at(-1) ?? "" };
}

/**
 * Checks that all that `adapter` attaches to exists in the model with the very sizes. Modules of the model that the adapter
 * leaves alone are fine.
 *
 * @throws UserError "adapter-mismatch", with both values
 */
export function checkAdapterFits(adapter: AdapterOutline, { name: baseName, config }: AdapterHost): void {
  const hasEncoder = isEncoderDecoder(config);
  if ("stacks" in adapter && (adapter.stacks === 2) !== hasEncoder) {
    const [trained, loaded] = hasEncoder ? ["without an encoder", "one"] : ["with an encoder", "none"];
    throw mismatch(adapter, baseName, `it was trained for a model ${trained}, the loaded model has ${loaded}`);
  }
  switch (adapter.method) {
    case "prompt":
      if (adapter.hiddenSize === config.hiddenSize) return;
      throw hiddenSizes(adapter, baseName, adapter.hiddenSize, config.hiddenSize);
    case "prefix":
      return checkPrefix(adapter, config, baseName);
    default:
      checkModules(adapter, moduleShapes(config), baseName);
  }
}

function checkPrefix(adapter: PrefixAdapter<Counted>, { layers, attention }: ModelConfig, baseName: string): void {
  if (adapter.layers !== layers) throw numbersOfLayers(adapter, baseName, adapter.layers, layers);
  const { kvHeads, headSize } = adapter;
  if (kvHeads === attention.kvHeads && headSize === attention.headSize) return;
  const found = `it was trained for ${kvHeads} key and value heads of size ${headSize}`;
  throw mismatch(adapter, baseName, `${found}, the loaded model has ${attention.kvHeads} of ${attention.headSize}`);
}

function checkModules(
  adapter: ModuleAdapter<Counted>,
  modules: ReadonlyMap<string, ModuleShape>,
  baseName: string,
): void {
  const found = hiddenSize(adapterShapes(adapter));
  const hosted = hiddenSize(modules);
  if (found !== undefined && hosted !== undefined && found !== hosted) {
    throw hiddenSizes(adapter, baseName, found, hosted);
  }
  const layers = countLayers(modules);
  if (countLayers(adapter.modules) > layers) {
    throw numbersOfLayers(adapter, baseName, countLayers(adapter.modules), layers);
  }
  for (const [path, shape] of adapterShapes(adapter)) {
    const host = modules.get(path);
    if (!host)
      throw mismatch(adapter, baseName, `it adapts the module "${path}", which the loaded model does not have`);
    if (adapter.method === "ia3" && shape.inFeatures !== undefined && host.sharesProduct) {
      throw mismatch(
        adapter,
        baseName,
        `it scales the input of "${path}", which Graft can only scale behind the product`,
      );
    }
    for (const side of ["inFeatures", "outFeatures"] as const) {
      if (shape[side] === undefined || shape[side] === host[side]) continue;
      const sides = side === "inFeatures" ? "inputs" : "outputs";
      throw mismatch(
        adapter,
        baseName,
        `its "${path}" has ${shape[side]} ${sides}, the loaded model's has ${host[side]}`,
      );
    }
  }
}

/** IA3 knows only the side that it scales. */
function adapterShapes(adapter: ModuleAdapter<Counted>): Map<string, Partial<ModuleShape>> {
  if (adapter.method === "lora") return new Map(adapter.modules);
  return new Map(
    [...adapter.modules].map(([path, { on, values }]) => {
      return [path, on === "input" ? { inFeatures: values.length } : { outFeatures: values.length }];
    }),
  );
}

function hiddenSize(modules: ReadonlyMap<string, Partial<ModuleShape>>): number | undefined {
  for (const [path, { inFeatures, outFeatures }] of modules) {
    const name = path.slice(path.lastIndexOf(".") + 1);
    if (inFeatures !== undefined && hiddenInputs.has(name)) return inFeatures;
    if (outFeatures !== undefined && hiddenOutputs.has(name)) return outFeatures;
  }
  return undefined;
}

/** One more than the highest layer number among the paths. */
function countLayers(modules: ReadonlyMap<string, unknown>): number {
  const numbers = [...modules.keys()].map((path) => Number(/\.(\d+)\./.exec(path)?.[1] ?? -1));
  return Math.max(-1, ...numbers) + 1;
}

function hiddenSizes(adapter: AdapterOutline, baseName: string, trained: number, loaded: number): UserError {
  return mismatch(adapter, baseName, `it was trained for hidden size ${trained}, the loaded model has ${loaded}`);
}

function numbersOfLayers(adapter: AdapterOutline, baseName: string, trained: number, loaded: number): UserError {
  return mismatch(adapter, baseName, `it was trained for ${trained} layers, the loaded model has ${loaded}`);
}

function mismatch(adapter: AdapterOutline, baseName: string, reason: string): UserError {
  const trained = adapter.baseModel === "" ? "the base that it was trained on" : `its base, ${adapter.baseModel}`;
  return new UserError(
    "adapter-mismatch",
    `Cannot load adapter "${adapter.name}": ${reason}.`,
    `Use it with ${trained}, or train an adapter for ${baseName}.`,
  );
}
