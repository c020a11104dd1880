/** Whether one run is better than another, on the tasks that both have predictions for. */

import { seededRandom } from "../../foundation/random.ts";
import { UserError } from "../../foundation/errors.ts";
import { pairedTest, type Difference } from "../measures/resample.ts";
import type { RunSummary } from "./runFolder.ts";
import { countRun, openRunMeasures, type RunCounts } from "./scoreRun.ts";

export interface Comparison {
  /** Tasks that both have predictions for. */
  readonly items: number;
  /** Of the first run's scores from the second's. */
  readonly differences: Readonly<Record<string, Difference>>;
}

const resamples = 1000;

/** @throws UserError "runs-differ" where they cannot be compared */
export async function compareRuns(first: RunSummary, second: RunSummary, signal?: AbortSignal): Promise<Comparison> {
  const [one, other] = [first.record.making, second.record.making];
  checkSame(first, second, "suites", one.suite.name, other.suite.name, one.suite.hash === other.suite.hash);
  checkSame(first, second, "protocols", one.protocol, other.protocol, one.protocol === other.protocol);
  const measures = await openRunMeasures(one);
  const counts = await countRun(first.folder, measures, { signal });
  const others = await countRun(second.folder, measures, { signal });
  const pairs = pairsOf(counts, others);
  const differences = measures.map((measure, i) => {
    const rows = pairs.map(([at]) => counts.rows[i]![at]!);
    const otherRows = pairs.map(([, at]) => others.rows[i]![at]!);
    return pairedTest(measure, rows, otherRows, { random: seededRandom(42, `measure ${i}`), resamples, signal }) ?? {};
  });
  return { items: pairs.length, differences: Object.assign({}, ...differences) as Comparison["differences"] };
}

/** Where the same task stands in the one and in the other. */
function pairsOf({ ids }: RunCounts, other: RunCounts): (readonly [number, number])[] {
  const places = new Map(other.ids.map((id, at) => [id, at]));
  return ids.flatMap((id, at) => {
    const place = places.get(id);
    return place === undefined ? [] : [[at, place] as const];
  });
}

function checkSame(first: RunSummary, second: RunSummary, what: string, a: string, b: string, same: boolean): void {
  if (same) return;
  const differ = a === b ? `the file ${a} has changed between them` : `${a} and ${b}`;
  const message = `Cannot compare ${first.id} with ${second.id}: their ${what} differ, ${differ}.`;
  throw new UserError("runs-differ", message, "Compare runs of the same suite and protocol.");
}
