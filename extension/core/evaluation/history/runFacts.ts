/** What a run was made of, as a list of facts. The command line and the studies panel show the same ones. Reads no files. */

import { counted } from "../../foundation/words/quantities.ts";
import type { RunSummary } from "../runs/runFolder.ts";
import type { RunConfiguration } from "../runs/runRecord.ts";
import type { FactName } from "./names.ts";

/** Plain JSON, because it crosses process borders. */
export interface Fact {
  readonly name: FactName;
  readonly value: string;
}

export function runFacts({ candidate, record, result, done }: RunSummary): Fact[] {
  const { configuration, machine, startedAt, problems } = record;
  const { suite, base, adapters, protocol, seed, version } = configuration;
  const { platform, processor, cores, memoryBytes, node, device = "cpu" } = machine;
  const memory = `${(memoryBytes / 1e9).toFixed(0)} GB`;
  return [
    { name: "candidate", value: candidate },
    { name: "suite", value: suite.name },
    { name: "suiteHash", value: suite.hash },
    { name: "tasks", value: result ? `${suite.tasks}` : `${done} of ${suite.tasks}` },
    { name: "protocol", value: protocol },
    {
      name: "prompting",
      value: configuration.shots > 0 ? `${configuration.mode}, ${configuration.shots}` : configuration.mode,
    },
    ...examplesOf(configuration),
    { name: "base", value: `${base.name} (${base.modelType}, ${base.parameters.toLocaleString("en")} parameters)` },
    { name: "baseHash", value: base.hash },
    ...adapters.map(({ name, method, scale, hash }): Fact => {
      return { name: "adapter", value: `${name}${scale === 1 ? "" : `@${scale}`} (${method}), ${hash}` };
    }),
    ...contextOf(configuration),
    { name: "decoding", value: decodingText(configuration.decoding) },
    { name: "seed", value: `${seed}` },
    { name: "version", value: `${version}, Node ${node.replace(/^v/, "")}` },
    { name: "machine", value: `${processor}, ${counted(cores, "core")}, ${memory}, ${platform}` },
    { name: "device", value: device },
    { name: "started", value: startedAt },
    ...(result ? [{ name: "finished", value: result.finishedAt } as const] : []),
    ...(problems.length > 0 ? [{ name: "leftOut", value: `${problems.length}` } as const] : []),
  ];
}

function examplesOf({ examples }: RunConfiguration): Fact[] {
  if (!examples) return [];
  const { name, hash, retriever } = examples;
  const parts = [
    name,
    hash,
    ...(retriever ? [`by ${retriever.name}`, ...(retriever.hash ? [retriever.hash] : [])] : []),
  ];
  return [{ name: "examples", value: parts.join(", ") }];
}

function contextOf({ context }: RunConfiguration): Fact[] {
  if (!context) return [];
  return [
    { name: "context", value: context.kind === "repository" ? `${context.name}, ${context.hash}` : context.kind },
  ];
}

function decodingText(decoding: RunConfiguration["decoding"]): string {
  switch (decoding.kind) {
    case "greedy":
      return "greedy";
    case "beams":
      return counted(decoding.width, "beam");
    case "sampling":
      return `${counted(decoding.count, "sample")}, temperature ${decoding.temperature}, top-p ${decoding.topP}`;
  }
}
