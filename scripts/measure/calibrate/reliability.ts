/** A table of confidences against what was kept. */

import { confidenceOf, type Calibration } from "../../../extension/core/completion/judgement/calibration.ts";
import type { Evidence } from "../../../extension/core/completion/judgement/evidence.ts";
import { shownPart } from "../../../extension/core/completion/judgement/shownPart.ts";
import type { Outcome, Row } from "./places.ts";

/** The part of a suggestion that is shown, with its confidence and what became of it. */
interface Judged extends Outcome {
  readonly kind: Row["kind"];
  readonly confidence: number;
  readonly evidence: Evidence;
  /** The part that is shown. */
  readonly text: string;
}

export function judgedRow({ kind, text, beginnings }: Row, calibration: Calibration): Judged {
  const judged = beginnings.map((each) => ({ ...each, kind, confidence: confidenceOf(each.evidence, calibration) }));
  const part = shownPart({ text, confidence: 0, beginnings: judged });
  return { ...judged.find(({ end }) => end >= part.text.length)!, text: part.text };
}

export function reliability(suggestions: readonly Row[], calibration: Calibration): string {
  const { leastConfidence } = calibration;
  const rows = suggestions.map((row) => judgedRow(row, calibration));
  const lines: string[] = [];
  const shown = rows.filter(({ confidence }) => confidence >= leastConfidence);
  const summary = (name: string, some: readonly Judged[]): string =>
    [
      name.padEnd(24),
      String(some.length).padStart(6),
      percent(mean(some.map(({ confidence }) => confidence))),
      percent(mean(some.map(({ kept }) => Number(kept)))),
      percent(mean(some.map(({ exact }) => Number(exact)))),
    ].join("  ");
  lines.push(`${"".padEnd(24)}  number    said    kept   exact`, summary("all", rows), summary("shown", shown));
  lines.push(
    summary(
      "hidden",
      rows.filter(({ confidence }) => confidence < leastConfidence),
    ),
  );
  for (let least = 0; least < 10; least++) {
    lines.push(
      summary(
        `${least / 10} to ${(least + 1) / 10}`,
        rows.filter(({ confidence }) => confidence >= least / 10 && confidence < (least + 1) / 10),
      ),
    );
  }
  for (let least = 1; least < 10; least++) {
    lines.push(
      summary(
        `at least ${least / 10}`,
        rows.filter(({ confidence }) => confidence >= least / 10),
      ),
    );
  }
  for (const kind of ["code", "string", "docstring", "comment"] as const) {
    lines.push(
      summary(
        kind,
        rows.filter((row) => row.kind === kind),
      ),
    );
    lines.push(
      summary(
        `${kind}, shown`,
        shown.filter((row) => row.kind === kind),
      ),
    );
  }
  lines.push(
    summary(
      "several lines",
      rows.filter(({ text }) => text.includes("\n")),
    ),
  );
  lines.push(`area under the curve ${areaUnderCurve(rows).toFixed(3)}`);
  return lines.join("\n");
}

/** Returns the chance that a kept suggestion has more confidence than another one. */
function areaUnderCurve(rows: readonly Judged[]): number {
  const ordered = rows.toSorted((a, b) => a.confidence - b.confidence);
  let [others, pairs] = [0, 0];
  for (const { kept } of ordered) {
    if (kept) pairs += others;
    else others++;
  }
  return pairs / (others * (rows.length - others));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share: number): string {
  return Number.isNaN(share) ? "     –" : `${(100 * share).toFixed(1)} %`.padStart(6);
}
