import { CommanderError } from "commander";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { createProgram } from "../../extension/cli/program.ts";

/** Returns the error line of wrong usage, or whatever else the command ends with. */
async function usage(args: readonly string[]): Promise<string> {
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const program = createProgram(() => {
    throw new Error("understood");
  });
  try {
    await program.parseAsync(["node", "graft", ...args]);
    return "done";
  } catch (error) {
    if (error instanceof CommanderError) return said.mock.calls.map(([text]) => String(text)).join("");
    return error instanceof Error ? error.message : String(error);
  } finally {
    said.mockRestore();
  }
}

test.each<[string[], RegExp]>([
  [["train", "--out", "y"], /--data/],
  [["train", "--data", "x"], /--out/],
  [["train", "--data", "x", "--out", "y", "--method", "dora"], /Allowed choices are lora, ia3, prompt, prefix, full/],
  [["train", "--data", "x", "--out", "y", "--optimizer", "sgd"], /Allowed choices are adamw, adafactor/],
  [["train", "--data", "x", "--out", "y", "--virtual-tokens", "few"], /few.*not a number/],
  [["train", "--data", "x", "--out", "y", "--epochs", "two"], /two.*not a number/],
  [["train", "--data", "x", "--out", "y", "--steps", "1.5"], /1.5.*not a whole number/],
  [["train", "--data", "x", "--out", "y", "--epochs", "2", "--steps", "3"], /cannot be used with/],
  [["train", "--data", "x,", "--out", "y"], /empty name/],
  [["import", "x", "--bits", "5"], /Allowed choices are 4, 8, 16, 32/],
  [["import"], /source/],
  [["import", "x", "--bits", "many"], /Allowed choices are 4, 8, 16, 32/],
  [["complete", "--prefix", "x", "--max-tokens", "few"], /few.*not a number/],
  [["complete"], /--prefix, or --file/],
  [["complete", "--file", "x"], /--line and --column/],
  [["complete", "--file", "x", "--prefix", "y"], /cannot be used with/],
  [["logits", "--ids", "1,-2"], /below 0/],
  [["logits", "--ids", "1,x"], /not a number/],
  [["evaluate"], /--suite/],
  [["evaluate", "--suite", "x", "--limit", "0"], /1 or more/],
  [["evaluate", "--suite", "x", "--greedy", "--beams", "2"], /cannot be used with/],
  [["evaluate", "--suite", "x", "--beams", "2", "--samples", "2"], /cannot be used with/],
  [["evaluate", "--suite", "x", "--mode", "few"], /Allowed choices are zero-shot, icl, rag, trained/],
  [["score", "--references", "x"], /--predictions/],
  [["score", "--predictions", "x", "--references", "y", "--metric", "em,bleu"], /Allowed are em, codebleu/],
  [["models", "--jsn"], /unknown option.*--json/],
])("wrong usage in one line: %o", async (args, message) => {
  const said = await usage(args);
  expect(said).toMatch(message);
  expect(said).toMatch(/^error: .*\. See graft \w+ --help\.\n$/);
  expect(said).toContain(`See graft ${args[0]} --help.`);
});

test.each<[string[]]>([
  [["train", "--data", "a.jsonl,conala", "--out", "y", "--method", "ia3", "--steps", "3", "--no-shuffle"]],
  [
    [
      "train",
      "--data",
      "a.jsonl",
      "--out",
      "y",
      "--method",
      "prompt",
      "--virtual-tokens",
      "8",
      "--init-text",
      "Write Python.",
    ],
  ],
  [["train", "--data", "a.jsonl", "--out", "y", "--preset", "paper", "--method", "full", "--optimizer", "adamw"]],
  [["complete", "--base", "b", "--adapter", "c@0.5", "--adapter", "d", "--prefix", "x", "--suffix", "y", "--json"]],
  [["complete", "--file", "x", "--line", "1", "--column", "2", "--max-tokens", "9"]],
  [["logits", "--ids", "1,2,3"]],
  [["import", "x", "--name", "y", "--bits", "16"]],
  [["evaluate", "--suite", "x", "--seed", "42,777", "--samples", "2", "--top-p", "0.9", "--fresh", "--ngram", "y"]],
  [["score", "--predictions", "x", "--references", "y", "--metric", "em,chrf++", "--codebleu", "codexglue"]],
])("understands %o", async (args) => expect(await usage(args)).toBe("understood"));

test("places: GRAFT_HOME and GRAFT_DATA, else the user's data folder of the system", async () => {
  const { findPlaces } = await import("../../extension/cli/places.ts");
  const folder = await mkdtemp(join(tmpdir(), "graft-places-"));
  const environment = { GRAFT_HOME: join(folder, "h"), GRAFT_DATA: join(folder, "d") };
  expect(findPlaces(environment, "linux", "/p")).toEqual({
    home: join(folder, "h"),
    dataFolder: join(folder, "d"),
    shippedData: join("/p", "data"),
    embedded: join("/p", "base"),
  });
  expect(findPlaces({ XDG_DATA_HOME: "/x" }, "linux", "/p")).toMatchObject({
    home: "/x/graft",
    dataFolder: "/x/graft/data",
  });
  expect(findPlaces({}, "linux", "/p").home).toMatch(/\.local\/share\/graft$/);
  expect(findPlaces({}, "darwin", "/p").home).toMatch(/Application Support\/graft$/);
  expect(findPlaces({ APPDATA: "/roaming" }, "win32", "/p").home).toBe("/roaming/graft");
  await rm(folder, { recursive: true });
});
