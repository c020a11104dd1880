/** The names of what a run was made of, as the command line prints them. */

/** Facts of a run, in their order. */
export const factNames = {
  candidate: "candidate",
  suite: "suite",
  suiteHash: "hash of the suite",
  tasks: "tasks",
  protocol: "protocol",
  prompting: "prompting",
  examples: "examples",
  base: "base",
  baseHash: "hash of the base",
  adapter: "adapter",
  context: "other files",
  decoding: "decoding",
  seed: "seed",
  version: "Graft",
  machine: "machine",
  device: "device",
  started: "started",
  finished: "finished",
  leftOut: "rows left out",
} as const;

export type FactName = keyof typeof factNames;

/** Inputs that can change under the same name. */
export const inputNames = {
  suite: "suite",
  base: "base",
  adapters: "adapter",
  examples: "examples",
  context: "other files",
  version: "version of Graft",
} as const;

export type InputName = keyof typeof inputNames;
