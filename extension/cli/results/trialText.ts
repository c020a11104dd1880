/** The trial of a new adapter as text: one sentence, and a table of its figures. */

import { signed } from "../../core/foundation/numbers/signed.ts";
import { counted } from "../../core/foundation/words/quantities.ts";
import type { Forgetting, TrialComparison, TrialOfBodies, TrialResult } from "../../core/training/trialReport.ts";

/** Returns the lines of a result. */
export function trialText({
  verdict,
  decidedBy,
  against,
  files,
  served,
  bodies,
  alone,
  general,
  forgets,
}: TrialResult): string[] {
  const { exact, lines } = served;
  const [adapter, base] = [served.adapter.exact.value, served.base.exact.value].map(one);
  const where = `${counted(lines, "line")} of ${counted(files, "held-out file")}`;
  const ofLines = `right at ${adapter} % of ${where} instead of ${base} % (${certainty(exact)})`;
  return [
    `${verdictTexts[verdict]}: ${decidedBy === "bodies" && bodies ? `${bodiesText(bodies)}; ${ofLines}` : ofLines}`,
    ...(general && forgets ? [`It forgets general code: ${forgettingText(general, forgets)}`] : []),
    "",
    against === "adapter"
      ? row("", "before", "after", "difference", "95 %")
      : row("", "base", "adapter", "difference", "95 %"),
    ...table(`rest of a line, ${counted(lines, "line")}`, served),
    ...(bodies ? table(`body of a block, ${counted(bodies.bodies, "body", { many: "bodies" })}`, bodies) : []),
    ...(alone ? table(`from the file alone, ${counted(alone.lines, "line")}`, alone) : []),
    ...(general ? table(`general code, ${counted(general.lines, "line")}`, general) : []),
  ];
}

function bodiesText({ bodies, base, adapter, editSimilarity }: TrialOfBodies): string {
  const [after, before] = [adapter, base].map((scores) => one(scores.editSimilarity.value));
  return `${counted(bodies, "body of a block is", { many: "bodies of blocks are" })} ${after} % like the author's instead of ${before} % (${certainty(editSimilarity)})`;
}

function forgettingText({ base, adapter, exact, bitsPerByte }: TrialComparison, how: Forgetting): string {
  const [after, before] = [adapter, base].map((scores) => one(scores.exact.value));
  const right = `right at ${after} % of its lines instead of ${before} % (${certainty(exact)})`;
  if (how === "lines") return right;
  const more = (100 * (bitsPerByte?.value ?? 0)) / (base.bitsPerByte ?? 1);
  return `it needs ${one(more)} % more bits per byte; ${right}`;
}

function certainty({ low, high, p }: TrialComparison["exact"]): string {
  return `95 %: ${signed(low, 1)} to ${signed(high, 1)} points, p ${pText(p)}`;
}

const verdictTexts = {
  better: "The adapter helps",
  worse: "The adapter makes completions worse",
  alike: "The adapter makes no difference that shows",
  untold: "Too few held-out lines to tell whether the adapter helps",
} as const;

function table(
  name: string,
  { base, adapter, exact, editSimilarity, bitsPerByte }: Omit<TrialComparison, "lines">,
): string[] {
  const percent = (label: string, score: "exact" | "editSimilarity", { value, low, high }: typeof exact): string =>
    row(
      label,
      one(base[score].value),
      one(adapter[score].value),
      signed(value, 1),
      `${signed(low, 1)} to ${signed(high, 1)}`,
    );
  const rows = [
    name,
    percent("  exact, %", "exact", exact),
    percent("  edit similarity, %", "editSimilarity", editSimilarity),
  ];
  if (!bitsPerByte || base.bitsPerByte === undefined || adapter.bitsPerByte === undefined) return rows;
  const { value, low, high } = bitsPerByte;
  const interval = `${signed(low, 3)} to ${signed(high, 3)}`;
  const bits = row(
    "  bits per byte",
    base.bitsPerByte.toFixed(3),
    adapter.bitsPerByte.toFixed(3),
    signed(value, 3),
    interval,
  );
  return [...rows, bits];
}

function row(name: string, base: string, adapter: string, difference: string, interval: string): string {
  return `${name.padEnd(22)}${base.padStart(8)}${adapter.padStart(9)}${difference.padStart(12)}  ${interval}`.trimEnd();
}

function one(value: number): string {
  return value.toFixed(1);
}

function pText(p: number): string {
  return p < 0.001 ? "below 0.001" : `= ${p.toFixed(3)}`;
}
