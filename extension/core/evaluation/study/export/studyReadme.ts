/** The README of an exported study: how to run it again, and what it was made of. */

import { counted } from "../../../foundation/words/quantities.ts";
import { markdownText } from "../../scoring/markdown.ts";
import type { RunSummary } from "../../runs/runFolder.ts";
import type { Study } from "../studyFile.ts";

export interface Exported {
  readonly runs: readonly RunSummary[];
  /** Inputs that the export lacks or has in part, with reasons. */
  readonly leftOut: readonly string[];
  /** The version of Graft. */
  readonly version: string;
}

export function studyReadme({ title }: Study, { runs, leftOut, version }: Exported): string {
  const configurations = runs.map(({ record }) => record.configuration);
  const machines = new Set(
    runs.map(
      ({ record: { machine } }) => `${machine.processor}, ${counted(machine.cores, "core")}, ${machine.platform}`,
    ),
  );
  const list = (items: Iterable<string>): string =>
    [...new Set(items)].map((item) => `- ${markdownText(item)}\n`).join("") || "- none\n";
  return `# ${markdownText(title)}

A study by Graft ${version}. \`results.json\`, \`tables.*\` and \`tests.csv\` hold its results, \`charts\` its charts, and \`runs\`
each prediction. To run it again:

    graft study run study.json

Graft evaluates what your machine lacks, and says whether the scores are those of this export. Before that it needs the
same bases and the paper's data sets, which this folder does not hold: \`graft import\` and \`graft data\` get them.

## Bases

${list(configurations.map(({ base }) => `${base.name} (${base.modelType}, ${base.parameters} parameters): ${base.hash}`))}
## Suites

${list(configurations.map(({ suite }) => `${suite.name} (${counted(suite.tasks, "task")}): ${suite.hash}`))}
## Adapters

${list(configurations.flatMap(({ adapters }) => adapters.map(({ name, method, hash }) => `${name} (${method}): ${hash}`)))}
## Machines

${list(machines)}${leftOut.length === 0 ? "" : `\n## Left out\n\n${list(leftOut)}`}`;
}
