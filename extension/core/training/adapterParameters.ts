/** Between an adapter and the parameters that are trained: which modules, first values, and the adapter at the end. */

import { loraScaling, type Adapter, type ModuleAdapter } from "../adapters/adapter.ts";
import type { AdapterSpec } from "../adapters/trainingSlots.ts";
import { UserError } from "../base/errors.ts";
import { seededRandom } from "../base/random.ts";
import type { ModuleShape } from "../models/architectures.ts";
import type { NamedTensor } from "./optimizer.ts";
import type { TrainOptions, TrainSettings } from "./settings.ts";

type Modules = ReadonlyMap<string, ModuleShape>;

/** The last products of feed-forward layers. IA3 scales their input, as PEFT chooses for these architectures. */
const feedForwardOutputs: ReadonlySet<string> = new Set(["down_proj", "c_proj", "fc_out", "wo"]);

function isFeedForwardInput(path: string): boolean {
  return feedForwardOutputs.has(path.slice(path.lastIndexOf(".") + 1));
}

/**
 * The modules that end with one of `targets`, as PEFT matches target_modules; all if that is null.
 *
 * @throws UserError "targets-unknown"
 */
export function resolveTargets(targets: readonly string[] | null, modules: Modules): ReadonlySet<string> {
  const paths = [...modules.keys()];
  if (!targets) return new Set(paths);
  const chosen = new Set<string>();
  for (const target of targets) {
    const found = paths.filter((path) => path === target || path.endsWith(`.${target}`));
    if (found.length === 0) {
      const known = [...new Set(paths.map((path) => path.slice(path.lastIndexOf(".") + 1)))].join(", ");
      const message = `Cannot train the modules "${target}": the base has ${known}.`;
      throw new UserError("targets-unknown", message, "Choose among these, or leave the targets out for all.");
    }
    for (const path of found) chosen.add(path);
  }
  return chosen;
}

/** What the training graph is told. */
export function adapterSpec(settings: TrainSettings, modules: Modules): AdapterSpec {
  const targets = resolveTargets(settings.targets, modules);
  if (settings.method === "ia3") {
    return { method: "ia3", targets, feedForward: new Set([...targets].filter(isFeedForwardInput)) };
  }
  const { rank, alpha, rsLora, dropout } = settings;
  return { method: "lora", targets, rank, scaling: loraScaling(rank, alpha, rsLora), dropout };
}

/**
 * First values that leave the base as it is. LoRA as in PEFT: A Kaiming-uniform with a = √5, which is uniform within
 * 1/√in, and B zero. IA3: ones.
 */
export function initialParameters(spec: AdapterSpec, modules: Modules, seed: number): Map<string, Float32Array> {
  const values = new Map<string, Float32Array>();
  for (const path of spec.targets) {
    const { inFeatures, outFeatures } = modules.get(path)!;
    const key = keyOf(path);
    if (spec.method === "ia3") {
      values.set(key("ia3_l"), new Float32Array(spec.feedForward.has(path) ? inFeatures : outFeatures).fill(1));
      continue;
    }
    const random = seededRandom(seed, `lora_A of ${path}`);
    const bound = 1 / Math.sqrt(inFeatures);
    const a = Float32Array.from({ length: spec.rank * inFeatures }, () => (2 * random.next() - 1) * bound);
    values.set(key("lora_A.weight"), a);
    values.set(key("lora_B.weight"), new Float32Array(outFeatures * spec.rank));
  }
  return values;
}

/** @throws UserError "adapter-unsupported" for what cannot be trained yet */
export function checkTrainable(adapter: Adapter): asserts adapter is ModuleAdapter {
  if ("modules" in adapter) return;
  const message = `Cannot start from adapter "${adapter.name}": Graft cannot train ${adapter.method} tuning yet.`;
  throw new UserError("adapter-unsupported", message, "Start from a LoRA or IA3 adapter, or train it with PEFT.");
}

/**
 * The settings with all that the adapter to start from decides.
 *
 * @throws UserError "adapter-mismatch" where `options` ask for something else; "adapter-unsupported"
 */
export function settingsOf(adapter: ModuleAdapter, settings: TrainSettings, options: TrainOptions): TrainSettings {
  const targets = [...adapter.modules.keys()];
  const decided =
    adapter.method === "ia3"
      ? { method: "ia3" as const, targets }
      : { method: "lora" as const, targets, rank: adapter.rank, alpha: adapter.alpha, rsLora: adapter.rsLora };
  for (const key of ["method", "rank", "alpha", "rsLora"] as const) {
    const [wanted, given] = [options[key], (decided as Partial<TrainSettings>)[key]];
    if (wanted === undefined || given === undefined || wanted === given) continue;
    const message = `Cannot start from adapter "${adapter.name}": its ${key} is ${given}, and ${wanted} is asked for.`;
    throw new UserError("adapter-mismatch", message, `Leave out the ${key}, or start without an adapter.`);
  }
  if (adapter.method === "ia3") {
    for (const [path, { on }] of adapter.modules) {
      if ((on === "input") === isFeedForwardInput(path)) continue;
      const message = `Cannot start from adapter "${adapter.name}": it scales the ${on} of ${path}.`;
      const nextStep = "Train from the beginning, or use the adapter as it is.";
      throw new UserError("adapter-unsupported", message, nextStep);
    }
  }
  const dropout = options.dropout ?? (adapter.method === "lora" ? adapter.dropout : 0);
  return { ...settings, ...decided, dropout };
}

/** First values that go on from `adapter`, whose modules are the targets. */
export function parametersOf(adapter: ModuleAdapter): Map<string, Float32Array> {
  const values = new Map<string, Float32Array>();
  if (adapter.method === "ia3")
    for (const [path, module] of adapter.modules) values.set(keyOf(path)("ia3_l"), module.values);
  else {
    for (const [path, { a, b }] of adapter.modules) {
      values.set(keyOf(path)("lora_A.weight"), a);
      values.set(keyOf(path)("lora_B.weight"), b);
    }
  }
  return values;
}

/** The trained parameters as an adapter. */
export function adapterOf(
  { name, baseModel }: { name: string; baseModel: string },
  settings: TrainSettings,
  spec: AdapterSpec,
  modules: Modules,
  parameters: readonly NamedTensor[],
): ModuleAdapter {
  const values = new Map(parameters.map((parameter) => [parameter.name, parameter.values]));
  const paths = [...modules.keys()].filter((path) => spec.targets.has(path));
  if (spec.method === "ia3") {
    const entries = paths.map((path) => {
      const on = spec.feedForward.has(path) ? ("input" as const) : ("output" as const);
      return [path, { on, values: values.get(keyOf(path)("ia3_l"))! }] as const;
    });
    return { method: "ia3", name, baseModel, modules: new Map(entries) };
  }
  const { rank, alpha, dropout, rsLora } = settings;
  const entries = paths.map((path) => {
    const [a, b] = [values.get(keyOf(path)("lora_A.weight"))!, values.get(keyOf(path)("lora_B.weight"))!];
    return [path, { a, b, ...modules.get(path)! }] as const;
  });
  const scaling = loraScaling(rank, alpha, rsLora);
  return { method: "lora", name, baseModel, rank, alpha, dropout, rsLora, scaling, modules: new Map(entries) };
}

/** PEFT's key of a module's parameter in adapter_model.safetensors. */
function keyOf(path: string): (part: string) => string {
  return (part) => `base_model.model.${path}.${part}`;
}
