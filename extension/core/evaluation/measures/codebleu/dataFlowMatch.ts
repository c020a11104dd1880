/**
 * CodeBLEU's fourth part: the entries of the reference's data flow that the prediction has, whatever its names are.
 */

import type { Flow } from "./dataFlow.ts";

/**
 * Returns how many entries of the reference's data flow occur in the prediction's, each occurrence once, and how many
 * there are.
 */
export function dataFlowCounts(
  prediction: readonly Flow[],
  reference: readonly Flow[],
): [matched: number, all: number] {
  const left = new Map<string, number>();
  for (const entry of normalized(prediction)) left.set(entry, (left.get(entry) ?? 0) + 1);
  let matched = 0;
  for (const entry of normalized(reference)) {
    const count = left.get(entry) ?? 0;
    if (count === 0) continue;
    left.set(entry, count - 1);
    matched++;
  }
  return [matched, reference.length];
}

/** Replaces names by numbers in the order of first occurrence, an entry's sources before itself. */
function normalized(flows: readonly Flow[]): string[] {
  const numbers = new Map<string, number>();
  const numberOf = (name: string): number => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  };
  return flows.map(({ name, relation, sourceNames }) => {
    const sources = sourceNames.map(numberOf);
    return `${numberOf(name)} ${relation} ${sources.join(" ")}`;
  });
}
