import { describe, expect, test } from "vitest";
import {
  differenceText,
  flatLabel,
  intervalText,
  isShown,
  measureFormat,
  scoreText,
} from "../../../../extension/core/evaluation/measures/measureFormat.ts";
import { verdictOf } from "../../../../extension/core/evaluation/measures/verdict.ts";

describe("measureFormat", () => {
  test.each([
    ["em@10", { label: "em@10", title: "EM@10", unit: "%", digits: 2, better: "higher" }],
    ["codebleu", { label: "codebleu", title: "CodeBLEU", unit: "", digits: 4, better: "higher" }],
    ["codebleu.syntax", { label: "  syntax", digits: 4 }],
    ["pass@1", { label: "pass@1", title: "pass@1", unit: "%" }],
    ["bitsPerByte", { label: "bits per byte", title: "Bits per byte", unit: "", digits: 3, better: "lower" }],
    ["line.exact", { group: "rest of a line", label: "exact", title: "Lines, exact", unit: "%", digits: 1 }],
    ["block.header.exact", { group: "body of a block", label: "exact behind the header" }],
  ])("%s", (name, format) => expect(measureFormat(name)).toMatchObject(format));

  test("flat tables name the group, too", () => {
    expect(["em@1", "line.word.exact"].map(flatLabel)).toEqual(["em@1", "rest of a line: exact inside words"]);
  });
});

test("a page shows less than the panel, that less than the command line, and that less than files", () => {
  const names = ["em@1", "em@2", "codebleu.syntax", "line.exact", "line.editSimilarity", "line.word.offered"];
  const shown = (["page", "panel", "table", "data"] as const).map((detail) => {
    return names.filter((name) => isShown(name, detail));
  });
  expect(shown).toEqual([
    ["em@1", "line.exact"],
    ["em@1", "em@2", "line.exact", "line.editSimilarity"],
    names.slice(0, 5),
    names,
  ]);
});

test("scores are written with the digits of their measure", () => {
  expect(scoreText("em@1", { value: 12.345, low: 10, high: 14 })).toBe("12.35 (10.00 to 14.00)");
  expect(scoreText("codebleu", { value: 0.5, deviation: 0.01 })).toBe("0.5000 ± 0.0100");
  expect(intervalText("bitsPerByte", { low: 1, high: 2 })).toBe("1.000 to 2.000");
  expect([differenceText("em@1", 2), differenceText("line.exact", -1.25)]).toEqual(["+2.00", "−1.3"]);
});

test("fewer bits per byte are better", () => {
  const fewer = { difference: -0.1, interval: { low: -0.2, high: -0.05 }, p: 0.001 };
  expect(verdictOf(fewer, 30, measureFormat("bitsPerByte").better)).toBe("first");
  expect(verdictOf(fewer, 30, measureFormat("em@1").better)).toBe("second");
});

test("a measure may have the name of anything that objects have", () => {
  for (const name of ["constructor", "toString"]) {
    expect(measureFormat(name)).toMatchObject({ label: name, title: name });
    expect(measureFormat(`line.${name}`).label).toBe(name);
  }
});
