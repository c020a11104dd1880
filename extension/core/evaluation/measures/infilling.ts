/** How good fills are: from what was predicted at each spot to shares with intervals. It runs no model. */

import type { Random } from "../../foundation/random.ts";
import { editSimilarity } from "../measures/editSimilarity.ts";
import { estimates, type Estimate } from "../measures/estimate.ts";
import type { Summed } from "../measures/measure.ts";
import type { PythonParser } from "../../python/pythonParser.ts";
import type { Spot } from "./drawSpots.ts";

/** All in percent. */
export interface FillScores {
  readonly spots: number;
  /** Fills that are the author's text, but for blanks at the ends of lines and for blank lines. */
  readonly exact: Estimate;
  /** Of fill and author's text, the mean; nothing offered counts 0. */
  readonly editSimilarity: Estimate;
  /** Spots at which something is offered. */
  readonly offered: Estimate;
  /** Fills among these with which the file parses. */
  readonly parses: Estimate;
}

export interface Fill {
  readonly spot: Spot;
  /** What the editor would insert. */
  readonly text: string;
  readonly exact: boolean;
  /** 0 to 1. */
  readonly similarity: number;
  /** Whether the file parses with it. */
  readonly parses: boolean;
}

export function judgeFill(spot: Spot, text: string, parser: PythonParser): Fill {
  const { start, end, file } = spot;
  const [own, reference] = [compared(text), compared(file.text.slice(start, end))];
  return {
    spot,
    text,
    exact: own === reference,
    similarity: editSimilarity.count([own], reference)[1]!,
    parses: parser.parses(file.text.slice(0, start) + text + file.text.slice(end)),
  };
}

/** Blanks at the ends of lines and blank lines are nobody's intention. */
function compared(text: string): string {
  const lines = text.split("\n").map((line) => line.trimEnd());
  return lines.filter((line, i) => i === 0 || line !== "").join("\n");
}

const fillMeasure: Summed<"exact" | "editSimilarity" | "offered" | "parses"> = {
  width: 5,
  scores: (sums) => {
    const [spots = 0, exact = 0, similarity = 0, offered = 0, parses = 0] = Array.from(sums);
    const percent = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole);
    return {
      exact: percent(exact, spots),
      editSimilarity: percent(similarity, spots),
      offered: percent(offered, spots),
      parses: percent(parses, offered),
    };
  },
};

export function scoreFills(fills: readonly Fill[], random: Random): FillScores {
  const rows = fills.map(({ text, exact, similarity, parses }) => {
    const isOffered = text !== "";
    return [1, Number(exact), similarity, Number(isOffered), Number(isOffered && parses)];
  });
  return { spots: fills.length, ...estimates(fillMeasure, rows, random) };
}

const bitsMeasure: Summed<"bitsPerByte"> = {
  width: 2,
  scores: (sums) => ({ bitsPerByte: sums[1] === 0 ? 0 : sums[0]! / sums[1]! }),
};

/** Of files as [bits, UTF-8 bytes]. */
export function bitsPerByte(files: readonly (readonly [bits: number, bytes: number])[], random: Random): Estimate {
  return estimates(bitsMeasure, files, random).bitsPerByte;
}
