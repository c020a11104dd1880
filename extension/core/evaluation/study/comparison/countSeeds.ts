/** Counts what a candidate's items add to the measures, over all of its seeds. */

import { UserError } from "../../../foundation/errors.ts";
import { readRun } from "../../runs/runFolder.ts";
import type { Counted } from "../../scoring/compareRuns.ts";
import { openRunMeasures } from "../../scoring/runMeasures.ts";
import { countRun, type MeasureCounts, type RunCounts } from "../../scoring/scoreRun.ts";

export interface CountOptions {
  readonly signal?: AbortSignal | undefined;
  /** Counts only the measure with this name. */
  readonly measure?: string;
}

export interface SeedCounts extends Counted {
  /** Whether predictions of a seed are gone or unreadable. Then no item counts. */
  readonly isLost?: boolean;
}

/** Counts each item as the mean of its seeds: seeds are repetitions of an item, not separate items. */
export async function countSeeds(
  folders: readonly string[],
  { signal, measure: asked }: CountOptions = {},
): Promise<SeedCounts> {
  // Its scores stay valid, but without its predictions there is nothing to pair.
  const lost = { measures: [], counts: { items: 0, ids: [], measures: [] }, isLost: true };
  const all = await openRunMeasures((await readRun(folders[0]!)).record.configuration);
  const measures = all.filter(
    (each) => asked === undefined || Object.hasOwn(each.scores(new Float64Array(each.width)), asked),
  );
  const counts: RunCounts[] = [];
  try {
    for (const folder of folders) {
      const own = await countRun(folder, measures, { signal });
      const { result } = await readRun(folder);
      if (own.items !== (result?.items ?? own.items)) return lost;
      counts.push(own);
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return lost;
  }
  const [only, ...more] = counts;
  if (more.length === 0) return { measures, counts: only! };
  const merged = measures.map((_, i) => meanOf(counts.map((each) => each.measures[i]!)));
  const ids = [...new Set(counts.flatMap((each) => each.ids))];
  return { measures, counts: { items: ids.length, ids, measures: merged } };
}

function meanOf(seeds: readonly MeasureCounts[]): MeasureCounts {
  const rowsById = new Map<string, (readonly number[])[]>();
  for (const { ids, rows } of seeds) {
    for (const [i, id] of ids.entries()) rowsById.set(id, [...(rowsById.get(id) ?? []), rows[i]!]);
  }
  const rows = [...rowsById.values()].map((own) =>
    own[0]!.map((_, i) => own.reduce((sum, row) => sum + row[i]!, 0) / own.length),
  );
  const sums = Float64Array.from(seeds[0]!.sums, (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0));
  return { items: rowsById.size, ids: [...rowsById.keys()], rows, sums };
}
