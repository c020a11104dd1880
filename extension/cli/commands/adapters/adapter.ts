/** graft adapter inspect, validate, convert, merge */

import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Adapter } from "../../../core/adapters/adapter.ts";
import { checkAdapterFits, fitOf, warningOf } from "../../../core/adapters/fit/adapterFit.ts";
import { convertAdapter, type AdapterFormat } from "../../../core/adapters/formats/convertAdapter.ts";
import { inspectAdapter } from "../../../core/adapters/inspectAdapter.ts";
import { kindOf } from "../../../core/adapters/methods/methodNamed.ts";
import type { AdapterNorm } from "../../../core/adapters/methods/norms.ts";
import { readAdapter, weightsFile } from "../../../core/adapters/formats/peftFolder.ts";
import { writeFileAtomic } from "../../../core/foundation/atomicFile.ts";
import { counted } from "../../../core/foundation/words/quantities.ts";
import { english } from "../../../core/foundation/words/said.ts";
import type { ModelConfig } from "../../../core/architectures/config.ts";
import { exportMerged, mergeAdapter } from "../../../core/baseModels/export/mergeAdapter.ts";
import type { WeightsKind } from "../../../core/baseModels/export/originalFolder.ts";
import type { WriteProgress } from "../../../core/baseModels/import/weightFile.ts";
import { openNamedBase, type Context } from "../../context.ts";
import { aligned, bytes, count } from "../../output.ts";

export async function inspectCommand(folder: string, { output }: Context): Promise<void> {
  const adapter = await readAdapter(folder);
  const { size } = await stat(join(folder, weightsFile));
  const facts = { ...factsOf(adapter), bytes: size };
  const { norms } = inspectAdapter(adapter);
  const head = [
    `${adapter.name}: ${english(kindOf(adapter).describe(adapter))}`,
    `${counted(facts.parameters, "parameter", { shown: count(facts.parameters) })}, ${bytes(size)}`,
    ...("targets" in facts ? [`${counted(facts.modules, "module")}: ${facts.targets.join(", ")}`] : []),
    ...(adapter.baseModel === "" ? [] : [`trained on ${adapter.baseModel}`]),
  ];
  output.result({ ...facts, norms }, [...head, "", kindOf(adapter).meaningOfNorms, ...table(norms)].join("\n"));
}

export async function validateCommand(folder: string, flags: { base: string }, context: Context): Promise<void> {
  const adapter = await readAdapter(folder);
  const base = await openNamedBase(flags.base, context);
  checkAdapterFits(adapter, base);
  const { fit } = fitOf(adapter, base);
  const warning = warningOf(adapter, base);
  context.output.result(
    { ...factsOf(adapter), base: base.name, fits: true, fit, ...(warning !== undefined && { warning }) },
    warning === undefined ? `${adapter.name} fits ${base.name}.` : `${adapter.name} can be used. ${warning}`,
  );
}

export interface ConvertFlags {
  readonly to: AdapterFormat;
  readonly base: string;
  readonly out: string;
}

export async function convertCommand(folder: string, { to, base, out }: ConvertFlags, context: Context): Promise<void> {
  const adapter = await readAdapter(folder);
  const content = await convertAdapter(adapter, to, () => configFor(adapter, base, context));
  await writeFileAtomic(out, content);
  context.output.result(
    { name: adapter.name, format: to, path: resolve(out), bytes: content.length },
    `Converted ${adapter.name} to ${to}, ${bytes(content.length)}.\n${resolve(out)}`,
  );
}

export interface MergeFlags {
  readonly base: string;
  /** Flags of a merge: the name of the base to install, or `out`, a folder for Hugging Face's libraries. */
  readonly name?: string;
  readonly out?: string;
}

export async function mergeCommand(folder: string, flags: MergeFlags, context: Context): Promise<void> {
  const { places, output, signal } = context;
  const adapter = await readAdapter(folder);
  const base = await openNamedBase(flags.base, context);
  const warning = warningOf(adapter, base);
  if (warning !== undefined) output.log.warn(warning);
  const control = {
    signal,
    onProgress: ({ done, total }: WriteProgress) =>
      output.progress(done, total, { done, total }, `merging: ${count(done)} of ${count(total)} weights`),
  };
  const told = (weights: WeightsKind): string =>
    weights === "original"
      ? `${adapter.name} merged into the source weights of ${base.name}.`
      : `${adapter.name} merged into the rounded weights of ${base.name}, because its source is missing or has changed.`;
  if (flags.out !== undefined) {
    const { path, weights } = await exportMerged({ adapter, base, out: flags.out, ...control });
    return output.result({ path, weights }, `${told(weights)}\n${path}`);
  }
  const { home } = places;
  const {
    base: merged,
    weights,
    seconds,
  } = await mergeAdapter({
    adapter,
    base,
    home,
    name: flags.name ?? `${base.name}-${adapter.name}`,
    ...control,
  });
  const { name, path, parameters, bytes } = merged;
  output.result({ base: name, path, parameters, bytes, weights, seconds }, `${told(weights)}\n${name}: ${path}`);
}

/** Returns the architecture for llama.cpp, which only the base knows. */
async function configFor(adapter: Adapter, baseName: string, context: Context): Promise<ModelConfig> {
  const base = await openNamedBase(baseName, context);
  checkAdapterFits(adapter, base);
  return base.config;
}

/** Returns the facts of the adapter without its long tensors. */
function factsOf(adapter: Adapter) {
  const { parameters } = inspectAdapter(adapter);
  if (!("modules" in adapter)) {
    const { values: _, ...facts } = adapter;
    return { ...facts, parameters };
  }
  const { modules, ...facts } = adapter;
  const targets = [...new Set([...modules.keys()].map((path) => path.slice(path.lastIndexOf(".") + 1)))];
  return { ...facts, modules: modules.size, targets, parameters };
}

/** One row per layer, one column per module, by its last name if that is unambiguous. */
function table(norms: readonly AdapterNorm[]): string[] {
  const layers = [...new Set(norms.map(({ layer }) => layer))];
  const modules = [...new Set(norms.map(({ module }) => module))];
  const lastNames = modules.map((module) => module.slice(module.lastIndexOf(".") + 1));
  const names = new Set(lastNames).size === modules.length ? lastNames : modules;
  const keyOf = (layer: string, module: string): string => `${layer}\n${module}`;
  const found = new Map(norms.map(({ layer, module, norm }) => [keyOf(layer, module), norm.toPrecision(3)]));
  const rows = layers.map((layer) => [layer, ...modules.map((module) => found.get(keyOf(layer, module)) ?? "")]);
  return aligned([["", ...names], ...rows], (column) => column > 0);
}
