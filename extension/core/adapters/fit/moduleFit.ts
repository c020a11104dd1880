/** Compares the sizes of an adapter's modules with those of a model's modules. */

import { say } from "../../foundation/words/said.ts";
import { moduleShapes, type ModuleShape } from "../../architectures/architectures.ts";
import type { AdapterHost } from "./adapterHost.ts";
import { mismatch, otherHiddenSize, otherLayers } from "./mismatch.ts";
import type { AnyAdapter } from "../origin.ts";
import { lastName } from "../formats/peftModules.ts";

/** Modules whose input size is the hidden size, in the architectures that adapters are made for. */
const hiddenInputs = setOf("q_proj k_proj v_proj qkv_proj gate_proj up_proj fc_in c_fc q k v wi wi_0 wi_1");
/** Modules whose output size is the hidden size. */
const hiddenOutputs = setOf("o_proj out_proj down_proj fc_out c_proj o wo");

/**
 * Checks that the model has each of `modules` with the same sizes. The model may have more modules.
 *
 * @param modules the modules that the adapter attaches to, with the sizes that its tensors show
 * @param scalesInputs whether a known input size means that the adapter scales the input
 * @throws UserError "adapter-mismatch", with both values
 */
export function checkModules(
  adapter: AnyAdapter,
  modules: ReadonlyMap<string, Partial<ModuleShape>>,
  { name: baseName, config }: AdapterHost,
  { scalesInputs = false }: { readonly scalesInputs?: boolean } = {},
): void {
  const hosts = moduleShapes(config);
  const [found, hosted] = [hiddenSize(modules), hiddenSize(hosts)];
  if (found !== undefined && hosted !== undefined && found !== hosted) {
    throw otherHiddenSize(adapter, baseName, found, hosted);
  }
  const [trained, layers] = [countLayers(modules), countLayers(hosts)];
  if (trained > layers) throw otherLayers(adapter, baseName, trained, layers);
  for (const [path, shape] of modules) {
    const host = hosts.get(path);
    if (!host) {
      throw mismatch(adapter, baseName, say`it adapts the module "${path}", which the loaded model does not have`);
    }
    if (scalesInputs && shape.inFeatures !== undefined && host.sharesProduct) {
      const reason = say`it scales the input of "${path}", which the loaded model computes together with other modules`;
      throw mismatch(adapter, baseName, reason);
    }
    for (const side of ["inFeatures", "outFeatures"] as const) {
      if (shape[side] === undefined || shape[side] === host[side]) continue;
      const reason =
        side === "inFeatures"
          ? say`its "${path}" has ${shape[side]} inputs, the loaded model's has ${host[side]}`
          : say`its "${path}" has ${shape[side]} outputs, the loaded model's has ${host[side]}`;
      throw mismatch(adapter, baseName, reason);
    }
  }
}

function hiddenSize(modules: ReadonlyMap<string, Partial<ModuleShape>>): number | undefined {
  for (const [path, { inFeatures, outFeatures }] of modules) {
    const name = lastName(path);
    if (inFeatures !== undefined && hiddenInputs.has(name)) return inFeatures;
    if (outFeatures !== undefined && hiddenOutputs.has(name)) return outFeatures;
  }
  return undefined;
}

/** Returns the highest layer number among the paths, plus one. */
function countLayers(modules: ReadonlyMap<string, unknown>): number {
  let highest = -1;
  for (const path of modules.keys()) highest = Math.max(highest, Number(/\.(\d+)\./.exec(path)?.[1] ?? -1));
  return highest + 1;
}

function setOf(names: string): ReadonlySet<string> {
  return new Set(names.split(" "));
}
