/** Data sets taken apart and put together. It reads no files. */

import { UserError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import type { Dataset } from "./example.ts";

/**
 * Sets a random `fraction` (between 0 and 1) of the examples aside for validation, at least one; both parts keep their
 * order. The problems stay with the training part.
 *
 * @throws UserError "data-too-small" where nothing would be left to train on
 */
export function splitDataset(
  dataset: Dataset,
  fraction: number,
  random: Random,
): { training: Dataset; validation: Dataset } {
  const { name, examples, problems } = dataset;
  const held = Math.max(1, Math.round(examples.length * fraction));
  if (held >= examples.length) {
    throw new UserError(
      "data-too-small",
      `Cannot set ${fraction} of the data set ${name} aside for validation: it has ${examples.length} examples.`,
      "Give more data, a smaller fraction, or a file of its own for validation.",
    );
  }
  const chosen = new Set(random.shuffled(examples.map((_, index) => index)).slice(0, held));
  return {
    training: { name, problems, examples: examples.filter((_, index) => !chosen.has(index)) },
    validation: {
      name: `${name} (validation)`,
      problems: [],
      examples: examples.filter((_, index) => chosen.has(index)),
    },
  };
}

/** Several data sets as one, in their order: the paper's joint training. */
export function joinDatasets(datasets: readonly Dataset[]): Dataset {
  return {
    name: datasets.map(({ name }) => name).join(" + "),
    examples: datasets.flatMap(({ examples }) => examples),
    problems: datasets.flatMap(({ problems }) => problems),
  };
}
