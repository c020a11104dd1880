import { expect, test } from "vitest";
import { pythonSample } from "../../../../extension/core/evaluation/prompts/pythonRandom.ts";
import reference from "../../../fixtures/pythonRandom/reference.json" with { type: "json" };

// Expected: CPython, by test/fixtures/pythonRandom/make.py.
test.each(reference.samples as [number, number, number, number[]][])(
  "pythonSample(%d, %d, %d) draws what CPython draws",
  (seed, population, count, drawn) => {
    expect(pythonSample(seed, population, count)).toEqual(drawn);
  },
);
