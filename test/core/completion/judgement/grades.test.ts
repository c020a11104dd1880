import { describe, expect, test } from "vitest";
import { graded } from "../../../../extension/core/completion/judgement/beginnings.ts";
import {
  confidenceOf,
  uncalibrated,
  type Calibration,
} from "../../../../extension/core/completion/judgement/calibration.ts";
import { evidenceOf, type Step } from "../../../../extension/core/completion/judgement/evidence.ts";
import { shownPart } from "../../../../extension/core/completion/judgement/shownPart.ts";
import { at } from "../fakes.ts";

/** The steps of a generated text, one for each piece. */
function generated(pieces: readonly (readonly [string, number])[]): Step[] {
  let end = 0;
  return pieces.map(([piece, probability]) => ({
    end: (end += piece.length),
    logProbability: Math.log(probability),
  }));
}

describe("evidenceOf", () => {
  const whole = generated([
    ["path", 0.5],
    [".join", 0.25],
    ["\n", 0.9],
  ]);

  test("counts the shown tokens only, and the one that ends them apart", () => {
    const evidence = evidenceOf("path.join", whole);
    expect(evidence.surprise ** 2).toBeCloseTo(Math.log(8), 10);
    expect(evidence.endLogProbability).toBeCloseTo(Math.log(0.9), 10);
    expect(evidenceOf("path", whole)).toMatchObject({ endLogProbability: Math.log(0.25), lines: 0 });
  });

  test("a rest has the evidence of what is left", () => {
    expect(evidenceOf(".join", whole, 4).surprise ** 2).toBeCloseTo(Math.log(4), 10);
  });

  test("ignores tokens that only write the required text again", () => {
    const healed = [
      { end: 0, logProbability: -9 },
      { end: 3, logProbability: -1 },
    ];
    expect(evidenceOf("n()", healed).surprise).toBe(1);
  });

  test("counts lines, and bounds what is as good as impossible", () => {
    expect(evidenceOf("a\nb\nc", [{ end: 5, logProbability: -1000 }])).toEqual({
      surprise: Math.sqrt(20),
      endLogProbability: 0,
      lines: Math.log(3),
    });
  });
});

describe("graded", () => {
  test("without a calibration, the confidence is the text's probability", () => {
    const { confidence } = graded(
      "a.b",
      at("x = |"),
      uncalibrated,
      generated([
        ["a", 0.5],
        [".b", 0.5],
        ["\n", 0.1],
      ]),
    );
    expect(confidence).toBeCloseTo(0.25, 10);
  });

  test("a calibration weighs the evidence", () => {
    const weights = { ...uncalibrated.weights, surprise: -2 };
    const calibration: Calibration = { intercept: 1, weights, leastConfidence: 0.1 };
    const evidence = evidenceOf("a", generated([["a", 0.5]]));
    expect(confidenceOf(evidence, calibration)).toBeCloseTo(1 / (1 + Math.exp(-(1 - 2 * Math.sqrt(Math.log(2))))), 10);
  });

  test("each line end is a beginning, less likely than the one before", () => {
    const text = "for x in y:\n    print(x)\n    return 1";
    const pieces = text.split(/(?<=\n)/).map((line) => [line, 0.5] as const);
    const { beginnings, confidence } = graded(text, at("|"), uncalibrated, generated(pieces));
    expect(beginnings.map(({ end }) => text.slice(0, end))).toEqual(["for x in y:", "for x in y:\n    print(x)", text]);
    expect(beginnings.map((each) => each.confidence)).toEqual([0.5, 0.25, 0.125].map((p) => expect.closeTo(p, 10)));
    expect(confidence).toBeCloseTo(0.125, 10);
  });

  test("no beginning leaves a bracket open", () => {
    const text = "foo(\n    a,\n)\nb = 1";
    const { beginnings } = graded(text, at("x = |"), uncalibrated, generated([[text, 0.5]]));
    expect(beginnings.map(({ end }) => text.slice(0, end))).toEqual(["foo(\n    a,\n)", text]);
  });

  test("nothing generated is worth nothing", () => {
    expect(graded("", at("|"), uncalibrated, [])).toMatchObject({ confidence: 0, beginnings: [] });
  });
});

describe("shownPart", () => {
  const part = (text: string, confidences: readonly number[]) => {
    const ends = Array.from(text.matchAll(/\n|$/g), ({ index }) => index);
    const evidence = {} as never;
    const beginnings = ends.map((end, i) => ({ end, confidence: confidences[i]!, evidence }));
    return shownPart({ text, confidence: confidences.at(-1)!, beginnings });
  };

  test("shows a block whose lines are all likely", () => {
    expect(part("a = 1\n    b = 2", [0.9, 0.8])).toEqual({ text: "a = 1\n    b = 2", confidence: 0.8 });
  });

  test("shows the first line of a block that goes on with a guess", () => {
    expect(part("a = 1\n    b = 2", [0.9, 0.1])).toEqual({ text: "a = 1", confidence: 0.9 });
  });

  test("never ends with blank lines, nor shows only them", () => {
    expect(part("\n    a = 1\n\n    b = 22222", [0.9, 0.8, 0.8, 0.1])).toEqual({
      text: "\n    a = 1",
      confidence: 0.8,
    });
  });
});
