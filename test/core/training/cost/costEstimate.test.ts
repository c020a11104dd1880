import { expect, test } from "vitest";
import { roughly } from "../../../../extension/core/training/cost/costEstimate.ts";

test.each([
  [0.2, "1 s"],
  [9, "9 s"],
  [89.1, "90 s"],
  [90, "2 min"],
  [3600, "60 min"],
  [5400, "1.5 h"],
])("%d s are about %s", (seconds, text) => {
  expect(roughly(seconds)).toBe(text);
});
