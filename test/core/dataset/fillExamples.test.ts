import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import type { Example } from "../../../extension/core/dataset/example.ts";
import { withFillExamples } from "../../../extension/core/dataset/fillExamples.ts";

const source = Array.from(
  { length: 60 },
  (_, i) => `def function_${i}(value):\n    if value > ${i}:\n        return "🙂" * value\n\n    return ${i}\n\n\n`,
).join("");
const make = (share: number, seed = 1, text = source) =>
  withFillExamples({ kind: "text", text }, { share, pieceSize: 192, random: seededRandom(seed) });
const fills = (examples: readonly Example[]) => examples.filter((example) => example.kind === "fill");
const texts = (examples: readonly Example[]) => examples.filter((example) => example.kind === "text");

describe("withFillExamples", () => {
  test("share 0 changes nothing, share 1 leaves no text", () => {
    expect(make(0)).toEqual([{ kind: "text", text: source }]);
    expect(texts(make(1))).toEqual([]);
    expect(fills(make(1)).length).toBeGreaterThan(10);
  });

  test("the share is a share of the characters", () => {
    let kept = 0;
    for (let seed = 0; seed < 40; seed++) {
      kept += texts(make(0.3, seed)).reduce((sum, { text }) => sum + text.length, 0);
    }
    expect(kept / (40 * source.length)).toBeGreaterThan(0.65);
    expect(kept / (40 * source.length)).toBeLessThan(0.75);
  });

  test("a hole and its sides are contiguous source, never cut inside a character", () => {
    for (let seed = 0; seed < 30; seed++) {
      for (const { prefix, middle, suffix } of fills(make(1, seed))) {
        expect(source).toContain(prefix + middle + suffix);
        expect(middle.trim()).not.toBe("");
        for (const part of [prefix, middle, suffix]) expect(Buffer.from(part).toString()).toBe(part);
      }
    }
  });

  test("most holes are the rest of a line or of a block, and stay inside the block", () => {
    const gaps = Array.from({ length: 60 }, (_, seed) => fills(make(1, seed))).flat();
    const toLineEnd = gaps.filter(({ suffix }) => suffix.startsWith("\n"));
    const oneLine = toLineEnd.filter(({ middle }) => !middle.includes("\n"));
    const blocks = toLineEnd.filter(({ middle }) => middle.includes("\n"));
    expect(oneLine.length / gaps.length).toBeGreaterThan(0.5);
    expect(blocks.length / gaps.length).toBeGreaterThan(0.1);
    const fromColon = blocks.filter(({ prefix }) => /\ndef [^\n]*$/.test(prefix));
    for (const { middle, suffix } of fromColon.filter(
      ({ middle: gap }) => gap.includes("value:") || gap.includes(":\n"),
    )) {
      expect(middle.includes("\ndef ") || !suffix.startsWith("\n")).toBe(false);
    }
  });

  test("kept text records whether its document continues", () => {
    const examples = make(0.5);
    for (const { text, cut } of texts(examples)) expect(cut ?? false).toBe(!source.endsWith(text));
    expect(texts(examples).some(({ cut }) => cut === true)).toBe(true);
    const open = withFillExamples(
      { kind: "text", text: source, cut: true },
      {
        share: 0.5,
        pieceSize: 192,
        random: seededRandom(1),
      },
    );
    expect(texts(open).every(({ cut }) => cut === true)).toBe(true);
  });

  test("the same seed gives the same holes, another seed gives others", () => {
    expect(make(0.5, 3)).toEqual(make(0.5, 3));
    expect(make(0.5, 3)).not.toEqual(make(0.5, 4));
  });

  test("does not change pairs, infilling examples and blank texts", () => {
    const others: Example[] = [
      { kind: "pair", intent: "a", code: "b" },
      { kind: "fill", prefix: "a", middle: "b", suffix: "c" },
    ];
    for (const other of others) {
      expect(withFillExamples(other, { share: 1, pieceSize: 192, random: seededRandom(1) })).toEqual([other]);
    }
    expect(make(1, 1, "\n \n")).toEqual([]);
    expect(fills(make(1, 1, "x"))).toEqual([{ kind: "fill", prefix: "", middle: "x", suffix: "" }]);
  });
});
