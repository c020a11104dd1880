import { describe, expect, test } from "vitest";
import * as z from "zod";
import { acceptedBy, fieldOf, readRequest } from "../../../extension/core/foundation/requestSchema.ts";
import { english, say } from "../../../extension/core/foundation/words/said.ts";

const schema = z.object({
  rank: z.int().min(1).max(1024).default(16).describe("Rank of LoRA's matrices"),
  learningRate: z.number().gt(0).optional().describe("Peak learning rate"),
  dropout: z.number().min(0).lt(1).default(0.05).describe("Share of LoRA's input that is left out"),
  method: z.enum(["lora", "ia3", "full"]).default("lora").describe("What to train"),
  seed: z.int().default(42).describe("Random seed"),
  targets: z.array(z.string()).optional().describe("Modules to train"),
  shuffle: z.boolean().default(true).describe("Shuffle the data"),
  day: z.iso.date().optional(),
  time: z.iso.datetime({ local: true }).optional().meta({ format: "date-time" }),
});

describe("fieldOf", () => {
  test("tells kind, description, default and limits", () => {
    expect(fieldOf(schema.shape.rank)).toEqual({
      kind: "integer",
      description: "Rank of LoRA's matrices",
      default: 16,
      minimum: 1,
      maximum: 1024,
    });
    expect(fieldOf(schema.shape.learningRate)).toEqual({ kind: "number", description: "Peak learning rate", above: 0 });
    expect(fieldOf(schema.shape.method)).toMatchObject({ choices: ["lora", "ia3", "full"], default: "lora" });
    expect(fieldOf(schema.shape.targets).kind).toBe("list");
  });

  test("knows no limits of a whole number that has none", () => {
    expect(fieldOf(schema.shape.seed)).toEqual({ kind: "integer", description: "Random seed", default: 42 });
  });
});

test.each([
  ["rank", "a whole number from 1 to 1024"],
  ["learningRate", "a number above 0"],
  ["dropout", "a number of at least 0 and below 1"],
  ["method", "lora, ia3 or full"],
  ["seed", "a whole number"],
  ["day", "a day, such as 2026-05-01"],
  ["time", "a time, such as 2026-05-01T09:30"],
] as const)("acceptedBy tells what %s may be", (name, words) => {
  expect(english(acceptedBy(fieldOf(schema.shape[name])))).toBe(words);
});

describe("readRequest", () => {
  test("fills in defaults", () => {
    expect(readRequest(schema, { rank: 8 }, say`train`)).toMatchObject({ rank: 8, dropout: 0.05, shuffle: true });
  });

  test.each([
    [{ rank: 0 }, "rank 0"],
    [{ rank: 1.5 }, "rank 1.5"],
    [{ dropout: 1 }, "dropout 1"],
    [{ learningRate: Number.NaN }, "learning rate NaN"],
    [{ method: "dora" }, "method dora"],
  ])("refuses %j by name and value", (value, named) => {
    expect(() => readRequest(schema, value, say`train`)).toThrow(
      expect.objectContaining({
        code: "option-invalid",
        message: expect.stringContaining(`Cannot train with ${named}:`) as string,
      }),
    );
  });
});
