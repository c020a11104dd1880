/** graft runs */

import { join } from "node:path";
import { writeFileAtomic } from "../../core/foundation/atomicFile.ts";
import { compareRuns } from "../../core/evaluation/runs/compareRuns.ts";
import { listRuns, readRun, runsFolder, type RunSummary } from "../../core/evaluation/runs/runFolder.ts";
import { exported, scoreText, type ExportFormat } from "../../core/evaluation/runs/runTable.ts";
import type { Context } from "../context.ts";
import { aligned } from "../output.ts";

export async function listRunsCommand({ output, places }: Context): Promise<void> {
  const runs = await listRuns(places.home, output.log);
  const rows = runs.map(({ id, record, done, result }) => {
    const [name, score] = Object.entries(result?.scores ?? {})[0] ?? [];
    const state = result ? "" : `${done} of ${record.making.suite.tasks} done`;
    return [
      id,
      record.startedAt.slice(0, 16).replace("T", " "),
      name && score ? `${name} ${scoreText(name, score)}` : state,
    ];
  });
  output.result({ runs }, rows.length === 0 ? `No runs in ${runsFolder(places.home)}.` : aligned(rows).join("\n"));
}

export async function compareRunsCommand(
  first: string,
  second: string,
  { output, places, signal }: Context,
): Promise<void> {
  const [one, other] = [await namedRun(first, places.home), await namedRun(second, places.home)];
  const { items, differences } = await compareRuns(one, other, signal);
  const shown = (name: string, value: number): string => value.toFixed(name.startsWith("codebleu") ? 4 : 2);
  const rows = Object.entries(differences).map(([name, { difference, interval, p }]) => [
    name,
    `${difference >= 0 ? "+" : ""}${shown(name, difference)}`,
    `${shown(name, interval.low)} – ${shown(name, interval.high)}`,
    `p = ${p.toFixed(3)}`,
  ]);
  const title = `${one.contender} less ${other.contender}, ${items} items`;
  output.result({ runs: [one.id, other.id], items, differences }, [title, ...aligned(rows)].join("\n"));
}

export interface ExportFlags {
  readonly format: ExportFormat;
  readonly out?: string;
}

/** All runs, unless some are named. */
export async function exportRunsCommand(
  names: readonly string[],
  { format, out }: ExportFlags,
  { output, places }: Context,
): Promise<void> {
  const runs = names.length === 0 ? await listRuns(places.home, output.log) : [];
  for (const name of names) runs.push(await namedRun(name, places.home));
  const text = exported(runs, format);
  if (out !== undefined) await writeFileAtomic(out, text);
  output.result(
    { format, ...(out === undefined ? { text } : { out }) },
    out === undefined ? text.trimEnd() : `Wrote ${out}`,
  );
}

/** By its id, or the folder that it is in. */
async function namedRun(name: string, home: string): Promise<RunSummary> {
  return await readRun(/[/\\]/.test(name) ? name : join(runsFolder(home), name));
}
