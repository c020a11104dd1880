/**
 * The baseline that a prior has to beat: fills each line's hole of finished evaluations with what followed the longest equal text
 * elsewhere, and compares line by line.
 *
 *     node scripts/measure/copyBaseline.ts RUN=FOLDER …
 *
 * RUN is the folder of a run by scripts/measure/repositoryContext.ts, FOLDER the repository. The answer is the most frequent rest of a
 * line after the longest match of the 4 to 60 characters before the cursor; places in the same file count threefold.
 */

import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import * as z from "zod";
import { openSourceReader } from "../../extension/core/sources/readSources.ts";

const [longest, shortest, ownWeight] = [60, 4, 3];

const prediction = z.object({
  predictions: z.array(z.string()),
  reference: z.string(),
  hole: z.object({ kind: z.string(), path: z.string(), line: z.int(), column: z.int(), place: z.string().optional() }),
});

interface Outcome {
  readonly place: string | undefined;
  readonly copier: boolean;
  readonly run: boolean;
}

/** @param own the parts of the file before and after the hole */
function copied(prefix: string, own: readonly string[], others: readonly string[]): string {
  for (let length = longest; length >= shortest; length--) {
    const tail = prefix.slice(-length);
    const votes = new Map<string, number>();
    for (const [texts, weight] of [
      [own, ownWeight],
      [others, 1],
    ] as const) {
      for (const text of texts) vote(text, tail, weight, votes);
    }
    const [best] = [...votes].toSorted(([, a], [, b]) => b - a);
    if (best) return best[0];
  }
  return "";
}

function vote(text: string, tail: string, weight: number, votes: Map<string, number>): void {
  for (let at = text.indexOf(tail); at >= 0; at = text.indexOf(tail, at + 1)) {
    const start = at + tail.length;
    // The text after the part's end is unknown.
    if (start >= text.length) return;
    const rest = text.slice(start).split("\n", 1)[0]!.trimEnd();
    votes.set(rest, (votes.get(rest) ?? 0) + weight);
  }
}

async function outcomesOf(run: string, folder: string): Promise<Outcome[]> {
  const files = new Map<string, string>();
  for await (const file of openSourceReader(folder).read()) if ("text" in file) files.set(file.path, file.text);
  const lines = (await readFile(join(run, "predictions.jsonl"), "utf8")).split("\n").filter(Boolean);
  return lines.flatMap((line) => {
    const parsed = prediction.safeParse(JSON.parse(line));
    if (!parsed.success || parsed.data.hole.kind !== "line") return [];
    const { hole, reference, predictions } = parsed.data;
    const text = files.get(hole.path);
    if (text === undefined) throw new Error(`${folder} has no file ${hole.path}.`);
    const lineStart =
      text
        .split("\n")
        .slice(0, hole.line - 1)
        .join("\n").length + (hole.line > 1 ? 1 : 0);
    const start = text.indexOf(reference, lineStart + hole.column - 1);
    const [prefix, suffix] = [text.slice(0, start), text.slice(start + reference.length)];
    const others = [...files].flatMap(([path, other]) => (path === hole.path ? [] : [other]));
    const answer = copied(prefix, [prefix, suffix], others);
    return [
      {
        place: hole.place,
        copier: answer === reference.trimEnd(),
        run: predictions[0]?.trimEnd() === reference.trimEnd(),
      },
    ];
  });
}

function report(name: string, outcomes: readonly Outcome[]): void {
  const share = (of: (one: Outcome) => boolean): string =>
    `${((100 * outcomes.filter(of).length) / outcomes.length).toFixed(1)} %`;
  const won = outcomes.filter(({ copier, run }) => run && !copier).length;
  const lost = outcomes.filter(({ copier, run }) => copier && !run).length;
  console.log(
    `${name}: ${outcomes.length} lines; copier ${share(({ copier }) => copier)}, run ${share(({ run }) => run)}, ` +
      `either ${share(({ copier, run }) => copier || run)}; ${won} won, ${lost} lost, sign test p = ${signTest(won, lost).toPrecision(2)}`,
  );
}

/** Returns the p-value of the exact two-sided sign test. */
function signTest(won: number, lost: number): number {
  const tosses = won + lost;
  let [term, sum] = [0.5 ** tosses, 0];
  for (let k = 0; k <= Math.min(won, lost); k++) {
    sum += term;
    term *= (tosses - k) / (k + 1);
  }
  return Math.min(1, 2 * sum);
}

const all: Outcome[] = [];
for (const argument of process.argv.slice(2)) {
  const [run = "", folder = ""] = argument.split("=", 2);
  const outcomes = await outcomesOf(resolve(run), resolve(folder));
  report(folder, outcomes);
  all.push(...outcomes);
}
report("all", all);
for (const place of ["word", "boundary"]) {
  const some = all.filter((one) => one.place === place);
  if (some.length > 0) report(place === "word" ? "inside words" : "between words", some);
}
