/** graft adapter inspect, graft adapter validate */

import type { Adapter } from "../core/adapters/adapter.ts";
import { checkAdapterFits } from "../core/adapters/adapterFit.ts";
import { readAdapter } from "../core/adapters/peftFolder.ts";
import { moduleShapes } from "../core/models/architectures.ts";
import { openNamedBase, type Context } from "./context.ts";
import { count } from "./output.ts";

export async function inspectCommand(folder: string, { output }: Context): Promise<void> {
  const adapter = await readAdapter(folder);
  const facts = factsOf(adapter);
  output.result(facts, described(facts));
}

export async function validateCommand(folder: string, flags: { base: string }, context: Context): Promise<void> {
  const adapter = await readAdapter(folder);
  const base = await openNamedBase(flags.base, context);
  checkAdapterFits(adapter, moduleShapes(base.config), base.name);
  context.output.result({ ...factsOf(adapter), base: base.name, fits: true }, `${adapter.name} fits ${base.name}.`);
}

function factsOf(adapter: Adapter): ReturnType<typeof common> & { rank?: number; alpha?: number } {
  if (adapter.method === "ia3") return common(adapter);
  return { ...common(adapter), rank: adapter.rank, alpha: adapter.alpha };
}

function common(adapter: Adapter): {
  name: string;
  method: string;
  baseModel: string;
  modules: number;
  targets: string[];
  parameters: number;
} {
  const sizes =
    adapter.method === "lora"
      ? [...adapter.modules.values()].map(({ a, b }) => a.length + b.length)
      : [...adapter.modules.values()].map(({ values }) => values.length);
  const targets = [...new Set([...adapter.modules.keys()].map((path) => path.slice(path.lastIndexOf(".") + 1)))];
  return {
    name: adapter.name,
    method: adapter.method,
    baseModel: adapter.baseModel,
    modules: sizes.length,
    targets,
    parameters: sizes.reduce((sum, size) => sum + size, 0),
  };
}

function described(facts: ReturnType<typeof factsOf>): string {
  const { name, method, baseModel, modules, targets, parameters, rank, alpha } = facts;
  const size = rank === undefined ? method : `${method}, rank ${rank}, alpha ${alpha}`;
  const trainedOn = baseModel === "" ? "" : `\ntrained on ${baseModel}`;
  return `${name}: ${size}, ${count(parameters)} parameters\n${modules} modules: ${targets.join(", ")}${trainedOn}`;
}
