/** Beam search over tiny checkpoints against transformers' generate(num_beams=…). */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { beamSearch, type BeamTask } from "../../../extension/core/completion/beamSearch.ts";
import { searchAll } from "../../../extension/core/completion/searchAll.ts";
import type { Generated } from "../../../extension/core/completion/generate.ts";
import type { Ending } from "../../../extension/core/completion/search.ts";
import { textWriter } from "../../../extension/core/completion/writtenText.ts";
import { openForest } from "../../../extension/core/runtime/openForest.ts";
import type { Tokenizer } from "../../../extension/core/tokenizer/tokenizer.ts";
import { loadFixture } from "../models/fixtures.ts";

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

/** The search behind each prompt, side by side. */
async function searched(
  model: string,
  prompts: readonly (readonly number[])[],
  task: Pick<BeamTask<"line">, "width" | "maxTokens"> & Partial<BeamTask<"line">>,
  tokenizer: Pick<Tokenizer, "decode"> = { decode: (ids) => ids.join(" ") },
): Promise<readonly (readonly Generated<"line">[])[]> {
  const forest = await openForest((await loadFixture(model)).base);
  const write = textWriter(tokenizer);
  const tasks = prompts.map((prompt) => {
    const search = beamSearch({ ends: new Set(), ending: () => null, write, ...task });
    return { prompt, search, onDone: () => undefined };
  });
  await searchAll(forest, tasks);
  await forest.release();
  return tasks.map(({ search }) => search.found());
}

describe("beamSearch", () => {
  test.each(cases)(
    "finds the sequences and scores of transformers ($model, $width beams, $maxTokens tokens)",
    async ({ model, prompt, width, maxTokens, ends, expected }) => {
      const [found] = await searched(model, [prompt], { width, maxTokens, ends: new Set(ends) });
      expect(found!.map(({ tokens, stop }) => ({ tokens, ended: stop === "end" }))).toEqual(
        expected.map(({ tokens, ended }) => ({ tokens, ended })),
      );
      for (const [i, { score, ended }] of expected.entries()) {
        const { logProbability, tokens } = found![i]!;
        expect(logProbability / (tokens.length + Number(ended))).toBeCloseTo(score, 4);
      }
    },
  );

  test("ends a continuation where the rule says so, and gives the text up to there", async () => {
    const decode = (ids: readonly number[]) => ids.map((id) => (id % 3 === 0 ? "\n" : "x")).join("");
    const ending: Ending<"line"> = (text) => (text.includes("\n") ? { length: text.indexOf("\n"), by: "line" } : null);
    const [found] = await searched("llama", [[1, 2, 3]], { width: 4, maxTokens: 12, ending }, { decode });
    expect(found).toHaveLength(4);
    for (const { text, stop } of found!) {
      expect(text).toMatch(/^x*$/);
      expect(stop).toBe("line");
    }
  });
});
