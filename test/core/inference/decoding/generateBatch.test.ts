/** Many prompts at once over tiny checkpoints. */

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readAdapter } from "../../../../extension/core/adapters/formats/peftFolder.ts";
import type { ActiveAdapter } from "../../../../extension/core/adapters/servingSlots.ts";
import type { Continuation } from "../../../../extension/core/inference/decoding/continuation.ts";
import {
  openBatchGenerator,
  type BatchEvents,
  type BatchRequest,
} from "../../../../extension/core/inference/decoding/generateBatch.ts";
import { greedy } from "../../../../extension/core/inference/decoding/sampling.ts";
import { openDecoder } from "../../../../extension/core/inference/tree/decoder.ts";
import type { Tokenizer } from "../../../../extension/core/tokenizer/tokenizer.ts";
import { characters } from "../../completion/fakes.ts";
import { fixtures, loadFixture } from "../../architectures/fixtures.ts";

const tokenizer: Tokenizer = {
  ...characters,
  decode: (ids) => ids.map((id) => `${id} `).join(""),
  fillInTheMiddle: { ...characters.fillInTheMiddle!, stops: [7, 15, 23] },
};
const prompts = [[1, 2, 3], [4, 5, 6, 7, 8, 9, 10], [1, 2, 11], [12]];
const greedily: BatchRequest = { decoding: { kind: "greedy" }, maxTokens: 8, stops: [] };

const tokensOf = (found: readonly Continuation<"string">[]) => found.map(({ tokens }) => tokens);

interface Setting {
  readonly model?: string;
  readonly adapters?: readonly ActiveAdapter[];
}

async function generated(
  request: BatchRequest,
  asked = prompts,
  { model = "llama", adapters = [], ...events }: Partial<BatchEvents> & Setting = {},
) {
  const generator = await openBatchGenerator((await loadFixture(model)).base, tokenizer, adapters);
  const results: (readonly Continuation<"string">[])[] = [];
  const refused = new Map<number, string>();
  await generator
    .generate(asked, request, {
      onGenerated: (index, candidates) => (results[index] = candidates),
      onRefused: (index, { code }) => refused.set(index, code),
      ...events,
    })
    .finally(() => generator.release());
  return { results, refused };
}

describe("openBatchGenerator", () => {
  test.each(["llama", "codegen", "t5"])(
    "finds for each prompt what a search for it alone finds (%s)",
    async (model) => {
      const request: BatchRequest = { ...greedily, decoding: { kind: "beams", width: 5, returned: 3 } };
      const { results } = await generated(request, prompts, { model });
      for (const [i, prompt] of prompts.entries()) {
        const { results: alone } = await generated(request, [prompt], { model });
        expect(tokensOf(results[i]!)).toEqual(tokensOf(alone[0]!));
        expect(results[i]).toHaveLength(3);
      }
    },
  );

  test.each([
    ["qwen2", "models/qwen2/lora"],
    ["qwen2", "models/qwen2/ia3"],
    ["qwen2", "peft/prompt"],
    ["qwen2", "peft/prefix"],
    ["t5", "models/t5/lora"],
    ["t5", "peft/prompt-t5"],
    ["t5", "peft/prefix-t5"],
  ])("writes with an adapter what a decoder with it writes alone (%s, %s)", async (model, folder) => {
    const adapters = [{ adapter: await readAdapter(join(fixtures, "..", folder)), scale: 1 }];
    const { results } = await generated(greedily, prompts, { model, adapters });
    const decoder = await openDecoder((await loadFixture(model)).base);
    decoder.useAdapters(adapters);
    for (const [i, prompt] of prompts.entries()) {
      const { tokens } = results[i]![0]!;
      let logits = await decoder.begin(prompt);
      for (const token of tokens) {
        expect(token).toBe(greedy(logits));
        logits = await decoder.extend([token]);
      }
    }
    await decoder.release();
    expect(results).not.toEqual((await generated(greedily, prompts, { model })).results);
  });

  test("draws the same for the same seed, whatever else is asked", async () => {
    const decoding = { kind: "sampling", temperature: 1, topP: 0.9, count: 3, seed: 5 } as const;
    const { results } = await generated({ ...greedily, decoding });
    const { results: fewer } = await generated(
      { ...greedily, decoding: { ...decoding, count: 2 } },
      prompts.slice(1, 3),
    );
    expect(results.slice(1, 3).map((drawn) => tokensOf(drawn.slice(0, 2)))).toEqual(fewer.map(tokensOf));
    expect(new Set(results.flat().map(({ tokens }) => tokens.join()))).toHaveLength(12);
  });

  test("ends before a stop string", async () => {
    const [[free] = []] = (await generated(greedily)).results;
    const stop = `${free!.tokens[2]} ${free!.tokens[3]}`;
    const [[cut] = []] = (await generated({ ...greedily, stops: ["nowhere", stop] })).results;
    expect(cut).toMatchObject({ text: free!.text.slice(0, free!.text.indexOf(stop)), stop: "string" });
  });

  test("refuses what does not fit into the context, and answers the rest", async () => {
    const long = new Array<number>(2000).fill(3);
    const { results, refused } = await generated(greedily, [long, [], ...prompts]);
    expect([...refused]).toEqual([
      [0, "context-full"],
      [1, "prompt-empty"],
    ]);
    expect(Object.keys(results)).toEqual(["2", "3", "4", "5"]);
  });

  test("refuses a search that could outgrow the cache", async () => {
    const decoding = { kind: "beams", width: 4000, returned: 1 } as const;
    expect([...(await generated({ ...greedily, decoding }, [[1]])).refused]).toEqual([[0, "too-wide"]]);
  });

  test("stops once it is cancelled, and keeps what is done", async () => {
    const controller = new AbortController();
    const answered: number[] = [];
    const onGenerated = (index: number): void => {
      answered.push(index);
      controller.abort();
    };
    await expect(generated(greedily, prompts, { signal: controller.signal, onGenerated })).rejects.toThrow("aborted");
    expect(answered).toHaveLength(1);
  });
});
