/** Compares the inputs of runs that answer the same question, by their hashes. Reads no files. */

import type { RunConfiguration } from "../runs/runRecord.ts";
import { inputNames, type InputName } from "./names.ts";

/** Returns the inputs that differ (none if all are the same); undefined if the runs answer different questions. */
export function changedInputs(one: RunConfiguration, other: RunConfiguration): InputName[] | undefined {
  if (JSON.stringify(question(one)) !== JSON.stringify(question(other))) return undefined;
  const [first, second] = [inputs(one), inputs(other)];
  return (Object.keys(inputNames) as InputName[]).filter((name) => first[name] !== second[name]);
}

/** Names and settings, without the contents behind the names. */
function question(configuration: RunConfiguration): unknown {
  const { suite, base, adapters, examples, context, protocol, mode, shots, decoding, seed } = configuration;
  const { prior, draft, ngram } = configuration;
  return [
    [suite.name, suite.kind],
    [base.name, adapters.map(({ name, scale }) => [name, scale])],
    [examples?.name, examples?.retriever?.name],
    [context?.kind, context?.kind === "repository" ? [context.name, context.tokens] : undefined],
    [
      protocol,
      mode,
      shots,
      Object.entries(decoding).toSorted(([one], [other]) => one.localeCompare(other)),
      seed,
      prior,
      draft,
      ngram?.order,
    ],
  ];
}

function inputs({
  suite,
  base,
  adapters,
  examples,
  context,
  ngram,
  version,
}: RunConfiguration): Record<InputName, string> {
  return {
    suite: `${suite.hash} ${suite.tasks}`,
    base: `${base.hash} ${ngram?.hash ?? ""}`,
    adapters: adapters.map(({ hash }) => hash).join(" "),
    examples: `${examples?.hash} ${examples?.retriever?.hash}`,
    context: context?.kind === "repository" ? context.hash : "",
    version,
  };
}
