/** Beam search over tiny checkpoints against transformers' generate(num_beams=…). */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { beamSearch } from "../../../extension/core/completion/beamSearch.ts";
import { openDecoder } from "../../../extension/core/runtime/decoder.ts";
import { loadFixture } from "../models/fixtures.ts";
import { characters } from "./fakes.ts";

interface Case {
  readonly model: string;
  readonly prompt: readonly number[];
  readonly width: number;
  readonly maxTokens: number;
  readonly ends: readonly number[];
  readonly expected: readonly { readonly tokens: readonly number[]; readonly ended: boolean; readonly score: number }[];
}

const folder = join(import.meta.dirname, "../../fixtures/models");
const cases = ["beams.json", "t5/beams.json"].flatMap((file) => {
  return JSON.parse(readFileSync(join(folder, file), "utf8")) as readonly Case[];
});

describe("beamSearch", () => {
  test.each(cases)(
    "finds the sequences and scores of transformers ($model, $width beams, $maxTokens tokens)",
    async ({ model, prompt, width, maxTokens, ends, expected }) => {
      const decoder = await openDecoder((await loadFixture(model)).base);
      const stops = { ...characters.fillInTheMiddle!, stops: ends };
      const tokenizer = { ...characters, decode: (ids: readonly number[]) => ids.join(" "), fillInTheMiddle: stops };
      const request = { decoder, tokenizer, ids: prompt, owed: "", maxTokens, ending: () => null, signal: undefined };
      const found = await beamSearch(request, width);
      expect(found.map(({ tokens, stop }) => ({ tokens, ended: stop === "end" }))).toEqual(
        expected.map(({ tokens, ended }) => ({ tokens, ended })),
      );
      for (const [i, { score, ended }] of expected.entries()) {
        const { logProbability, tokens } = found[i]!;
        expect(logProbability / (tokens.length + Number(ended))).toBeCloseTo(score, 4);
      }
      await decoder.release();
    },
  );

  test("ends a continuation where the rule says so, and gives the text up to there", async () => {
    const decoder = await openDecoder((await loadFixture("llama")).base);
    const tokenizer = {
      ...characters,
      decode: (ids: readonly number[]) => ids.map((id) => (id % 3 === 0 ? "\n" : "x")).join(""),
    };
    const ending = (text: string) => (text.includes("\n") ? { length: text.indexOf("\n"), by: "line" as const } : null);
    const request = { decoder, tokenizer, ids: [1, 2, 3], owed: "", maxTokens: 12, ending, signal: undefined };
    const found = await beamSearch(request, 4);
    expect(found).toHaveLength(4);
    for (const { text, stop } of found) {
      expect(text).toMatch(/^x*$/);
      expect(stop).toBe("line");
    }
  });
});
