/** The measures of predictions by the names that users give them. */

import { openPythonParser } from "../../python/pythonParser.ts";
import { chrf } from "./chrf.ts";
import { codeBleu, type CodeBleuBehaviour } from "./codebleu/codeBleu.ts";
import { editSimilarity } from "./editSimilarity.ts";
import { exactMatch, ranks } from "./exactMatch.ts";
import type { Measure } from "./measure.ts";

export const metricNames = ["em", "codebleu", "chrf", "chrf++", "edit"] as const;

export type MetricName = (typeof metricNames)[number];

export interface Metric {
  readonly name: MetricName;
  readonly measure: Measure;
}

/** Opens the measures that the metrics need, each once, in the order of first mention. */
export async function openMetrics(
  names: readonly MetricName[],
  codeBleuBehaviour: CodeBleuBehaviour,
): Promise<Metric[]> {
  const open: Readonly<Record<MetricName, () => Measure | Promise<Measure>>> = {
    em: () => exactMatch(ranks),
    codebleu: async () => codeBleu(await openPythonParser(), codeBleuBehaviour),
    chrf: () => chrf("chrf"),
    "chrf++": () => chrf("chrf++"),
    edit: () => editSimilarity,
  };
  return await Promise.all([...new Set(names)].map(async (name) => ({ name, measure: await open[name]() })));
}

/**
 * Arranges scores, or other values per measure, as results name them: "em@1", "chrf", and the parts of CodeBLEU under
 * "codebleu".
 */
export function reported<T>(of: readonly { readonly name: MetricName; readonly scores: Record<string, T> }[]): object {
  return Object.assign({}, ...of.map(({ name, scores }) => (name === "codebleu" ? { codebleu: scores } : scores)));
}
