import { describe, expect, test } from "vitest";
import { isRepetitive } from "../../../../extension/core/inference/decoding/repetition.ts";

describe("isRepetitive", () => {
  const repeated = (period: readonly number[], length: number): number[] =>
    Array.from({ length }, (_, i) => period[i % period.length]!);
  const different = (length: number): number[] => Array.from({ length }, (_, i) => i);

  test.each<[string, number[], boolean]>([
    ["ten times the same", [1, 2, 3, ...repeated([7], 10)], true],
    ["nine times the same", [1, 2, 3, ...repeated([7], 9)], false],
    ["ten periods of three", repeated([1, 2, 3], 30), true],
    ["period 15 over 45", repeated(different(15), 45), true],
    ["period 25 over 60", repeated(different(25), 60), true],
    ["period 35 over 70", repeated(different(35), 70), false],
    ["nothing twice", different(100), false],
    ["nothing", [], false],
  ])("%s", (_, tokens, expected) => expect(isRepetitive(tokens)).toBe(expected));
});
