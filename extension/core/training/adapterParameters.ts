/** Between an adapter and the parameters that are trained: which modules, first values, and the adapter at the end. */

import { loraScaling, type Adapter, type ModuleAdapter } from "../adapters/adapter.ts";
import { peftKey, tensorsOfAdapter } from "../adapters/peftTensors.ts";
import { UserError } from "../base/errors.ts";
import { firstIa3, type Ia3Spec } from "./methods/ia3.ts";
import { firstLora, type LoraSpec } from "./methods/lora.ts";
import { resolveTargets, type Modules } from "./methods/targets.ts";
import type { NamedTensor } from "./optimizer.ts";
import type { TrainOptions, TrainSettings } from "./settings.ts";

type AdapterSpec = LoraSpec | Ia3Spec;

/** The last products of feed-forward layers. IA3 scales their input, as PEFT chooses for these architectures. */
const feedForwardOutputs: ReadonlySet<string> = new Set(["down_proj", "c_proj", "fc_out", "wo"]);

function isFeedForwardInput(path: string): boolean {
  return feedForwardOutputs.has(path.slice(path.lastIndexOf(".") + 1));
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

/** First values that leave the base as it is. */
export function initialParameters(spec: AdapterSpec, modules: Modules, seed: number): Map<string, Float32Array> {
  return spec.method === "lora" ? firstLora(spec, modules, seed) : firstIa3(spec, modules);
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

/** First values that go on from `adapter`. */
export function parametersOf(adapter: Adapter): Map<string, Float32Array> {
  return new Map([...tensorsOfAdapter(adapter)].map(([key, { values }]) => [key, values]));
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
      return [path, { on, values: values.get(peftKey(path, "ia3_l"))! }] as const;
    });
    return { method: "ia3", name, baseModel, modules: new Map(entries) };
  }
  const { rank, alpha, dropout, rsLora } = settings;
  const entries = paths.map((path) => {
    const [a, b] = [values.get(peftKey(path, "lora_A.weight"))!, values.get(peftKey(path, "lora_B.weight"))!];
    return [path, { a, b, ...modules.get(path)! }] as const;
  });
  const scaling = loraScaling(rank, alpha, rsLora);
  return { method: "lora", name, baseModel, rank, alpha, dropout, rsLora, scaling, modules: new Map(entries) };
}
