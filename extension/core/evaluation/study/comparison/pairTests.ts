/**
 * The paired tests between a suite's candidates. A test of ten measures on 543 tasks takes seconds, so results are kept on disk,
 * under a hash of the runs that they compare.
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import * as z from "zod";
import packageJson from "../../../../../package.json" with { type: "json" };
import { writeFileAtomic } from "../../../foundation/atomicFile.ts";
import { readPlainText } from "../../../foundation/plainFile.ts";
import { isShown } from "../../measures/measureFormat.ts";
import type { RunSummary } from "../../runs/runFolder.ts";
import { differencesOf } from "../../scoring/compareRuns.ts";
import type { SeedCounts } from "./countSeeds.ts";

const differenceSchema = z.object({
  difference: z.number(),
  interval: z.object({ low: z.number(), high: z.number() }),
  p: z.number(),
  verdict: z.enum(["first", "second", "none", "tooFew"]),
});
const keptSchema = z.record(z.string(), differenceSchema);

/** By measure: the first candidate's score minus the second's. */
export type Differences = Readonly<z.infer<typeof keptSchema>>;

/** A candidate: its runs, one per seed, and the numbers that their items add to the measures, counted on first use. */
export interface Tested {
  readonly runs: readonly RunSummary[];
  readonly counted: () => Promise<SeedCounts>;
}

export async function pairTest(
  first: Tested,
  second: Tested,
  home: string,
  signal: AbortSignal | undefined,
): Promise<Differences> {
  const path = join(home, "studies", "tests", `${keyOf([first, second])}.json`);
  const kept = await readKept(path);
  if (kept) return kept;
  const options = { signal, isAsked: (name: string) => isShown(name, "panel") };
  const [one, other] = [await first.counted(), await second.counted()];
  const differences = differencesOf(one, other, options);
  // The predictions may come back, for example from a backup.
  if (one.isLost || other.isLost) return differences;
  await writeFileAtomic(path, JSON.stringify(differences));
  return differences;
}

/** The format of the stored tests. Since 2, EM@k stops at the number of answers. */
const format = 2;

/** A run that is evaluated again finishes at another time. */
function keyOf(candidates: readonly Tested[]): string {
  const runs = candidates.map((each) => each.runs.map(({ id, result }) => [id, result?.finishedAt]));
  return createHash("sha256")
    .update(JSON.stringify([runs, packageJson.version, format]))
    .digest("hex");
}

/** Returns undefined for a file that is missing or damaged; it is then written again. */
async function readKept(path: string): Promise<Differences | undefined> {
  try {
    return keptSchema.parse(JSON.parse(await readPlainText(path)));
  } catch {
    return undefined;
  }
}
