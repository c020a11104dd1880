/** The completer on the embedded base: what only shows with a real model, tokenizer and KV cache. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { writeAdapter } from "../../../extension/core/adapters/formats/peftFolder.ts";
import type { InstalledBase } from "../../../extension/core/baseModels/installedBase.ts";
import { resolveBase } from "../../../extension/core/baseModels/resolveBase.ts";
import { openCompleter } from "../../../extension/core/completion/completer.ts";
import { openJudgement } from "../../../extension/core/completion/judgement/judgement.ts";
import type { Completion } from "../../../extension/core/completion/result/completion.ts";
import { quietByDefault } from "../../../extension/core/completion/trigger.ts";
import { openBatchGenerator } from "../../../extension/core/inference/decoding/generateBatch.ts";
import { moduleShapes } from "../../../extension/core/architectures/architectures.ts";
import { openTokenizer } from "../../../extension/core/tokenizer/tokenizer.ts";
import { at } from "./fakes.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let home: string;
let base: InstalledBase;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "graft-completer-"));
  base = await resolveBase("", { home, embedded: join(import.meta.dirname, "../../../base") });
});
afterAll(() => rm(home, { recursive: true, force: true }));

const file = `import os
import sys


def list_files(folder):
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            |


if __name__ == "__main__":
    list_files(sys.argv[1])
`;

describe("openCompleter", () => {
  test("gives the same with and without what the KV cache has kept", async () => {
    const typing = "yield path\n".split("").map((_, i, letters) => letters.slice(0, i).join(""));
    const requests = typing.map((typed) => at(file.replace("|", `${typed}|`)));
    const along = await openCompleter(base);
    const answers: Completion[] = [];
    // Alternates between two places, so that earlier suggestions alone answer nothing.
    for (const request of requests)
      answers.push(await along.complete({ ...request, path: "a/b.py", multiline: "never" }));
    await along.release();
    for (const [i, request] of requests.entries()) {
      if (answers[i]!.tokens === 0) continue;
      const fresh = await openCompleter(base);
      const answer = await fresh.complete({ ...request, path: "a/b.py", multiline: "never" });
      expect(answer.text).toBe(answers[i]!.text);
      // Activations are rounded to int8, and the runtime's products of one row and of many sum in another order.
      expect(answer.logProbability).toBeCloseTo(answers[i]!.logProbability, 1);
      await fresh.release();
    }
  });

  test("draws the same behind many prompts, whatever was generated before", async () => {
    const tokenizer = await openTokenizer(base.path);
    const prompts = ["def add(a, b):", "import os\n", "class Stack:\n    def", "x ="].map((text) =>
      tokenizer.encode(text),
    );
    const generator = await openBatchGenerator(base, tokenizer, []);
    const decoding = { kind: "sampling", temperature: 1, topP: 0.9, count: 3, seed: 1 } as const;
    const drawn = async (asked: readonly (readonly number[])[]): Promise<unknown> => {
      const results: unknown[] = [];
      const onGenerated = (index: number, candidates: unknown): void => void (results[index] = candidates);
      const onRefused = (_index: number, error: Error): void => expect.unreachable(error.message);
      await generator.generate(asked, { decoding, maxTokens: 16, stops: [] }, { onGenerated, onRefused });
      return results;
    };
    const first = await drawn(prompts);
    await drawn([...prompts.slice(1), tokenizer.encode("def add(a, b): # sum")]);
    expect(await drawn(prompts)).toEqual(first);
    await generator.release();
  });

  test("reads a keystroke much faster than the file", async () => {
    const completer = await openCompleter(base);
    const long = file.repeat(12).replaceAll("|", "yield path");
    const read = async (prefix: string): Promise<number> =>
      (await completer.complete({ prefix, suffix: "\n    return\n", maxTokens: 1 })).milliseconds.prefill;
    const cold = await read(`${long}x = (`);
    const warm = await read(`${long}x = (z`);
    expect(warm).toBeLessThan(cold / 2);
    await completer.release();
  });

  test("swaps a known adapter in under 5 ms, and computes with it", async () => {
    const modules = [...moduleShapes(base.config)].filter(([path]) => path.endsWith("q_proj"));
    for (const [name, factor] of Object.entries({ neutral: 1, odd: -3 })) {
      const factors = modules.map(([path, { outFeatures }]) => {
        return [path, { on: "output" as const, values: new Float32Array(outFeatures).fill(factor) }] as const;
      });
      await writeAdapter(join(home, name), { method: "ia3", name, baseModel: base.name, modules: new Map(factors) });
    }
    const completer = await openCompleter(base);
    // A run that checks guesses rounds activations of several rows together (docs/prior.md).
    const request = { ...at(file), maxTokens: 6, draft: false };
    const probability = async (): Promise<number> => (await completer.complete(request)).logProbability;
    const use = (name: string): Promise<{ milliseconds: number }> =>
      completer.useAdapters([{ folder: join(home, name), scale: 1 }]);
    const alone = await probability();
    await use("odd");
    expect(await probability()).not.toBeCloseTo(alone, 2);
    await use("neutral");
    expect(await probability()).toBeCloseTo(alone, 3);
    await completer.useAdapters([{ folder: join(home, "odd"), scale: 0.5 }]);
    const half = await probability();
    await completer.useAdapters([
      { folder: join(home, "odd"), scale: 0.5 },
      { folder: join(home, "neutral"), scale: 1.5 },
    ]);
    expect(await probability()).toBeCloseTo(half, 3);
    await use("odd");
    expect(await probability()).not.toBeCloseTo(half, 2);
    // The factors are -3 and 1 + (-3 - 1)/3 = -1/3: together 1.
    await completer.useAdapters([
      { folder: join(home, "odd"), scale: 1 },
      { folder: join(home, "odd"), scale: 1 / 3 },
    ]);
    expect(await probability()).toBeCloseTo(alone, 3);
    const times = [];
    for (let i = 0; i < 9; i++) times.push((await use(i % 2 ? "neutral" : "odd")).milliseconds);
    expect(times.toSorted((a, b) => a - b)[4]).toBeLessThan(5);
    await completer.useAdapters([]);
    expect(await probability()).toBeCloseTo(alone, 3);
    await completer.release();
  });
});

describe("the walkthrough's example", () => {
  const source = { base: "", adapter: undefined };

  /** Types a text key by key into an empty document, and returns what is on screen at its end. */
  async function shownAfter(text: string): Promise<string | null> {
    const completer = await openCompleter(base);
    const judgement = openJudgement({ quietIn: () => quietByDefault });
    let shown: string | null = null;
    for (let length = 1; length <= text.length; length++) {
      const cursor = { prefix: text.slice(0, length), suffix: "" };
      const question = { document: "untitled:Untitled-1", cursor, trigger: "automatic" } as const;
      const isAsked = judgement.mayAsk(question, 0) === null;
      const completion = isAsked && (await completer.complete({ ...cursor, trigger: "automatic" }));
      const verdict = completion && judgement.judge(question, completion, source, 0);
      shown = verdict && verdict.silence === null ? verdict.text : null;
    }
    await completer.release();
    return shown;
  }

  test("comes true, with or without the blank line and the last space", async () => {
    const page = await readFile(join(import.meta.dirname, "../../../media/walkthrough/complete.md"), "utf8");
    const [typed = "", promised] = Array.from(page.matchAll(/^```\w+\n(.*?)\n```$/gms), ([, block]) => block!);
    expect(await shownAfter(`${typed} `)).toBe(promised);
    for (const blank of ["\n", "\n\n", "\n\n\n"]) {
      expect(await shownAfter(typed.replace("\n\n", blank))).toBe(` ${promised}`);
    }
  });
});
