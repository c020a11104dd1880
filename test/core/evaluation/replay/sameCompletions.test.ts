/**
 * Property: what a completer keeps from earlier requests and guesses ahead changes only the speed of its answers, never the answers.
 * Compares a completer that goes through random typing, edits elsewhere, cancellations and swaps with one that forgets everything before
 * each request and guesses nothing.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { writeAdapter } from "../../../../extension/core/adapters/formats/peftFolder.ts";
import { moduleShapes } from "../../../../extension/core/architectures/architectures.ts";
import { resolveBase } from "../../../../extension/core/baseModels/resolveBase.ts";
import type { InstalledBase } from "../../../../extension/core/baseModels/installedBase.ts";
import { adapterCache } from "../../../../extension/core/completion/adapterCache.ts";
import { completerOf, type Completer } from "../../../../extension/core/completion/completer.ts";
import type { CompletionRequest } from "../../../../extension/core/completion/completionRequest.ts";
import { countedTree } from "../../../../extension/core/evaluation/replay/countedTree.ts";
import { openTokenTree } from "../../../../extension/core/inference/tree/openTokenTree.ts";
import { openPythonParser } from "../../../../extension/core/python/pythonParser.ts";
import { openTokenizer } from "../../../../extension/core/tokenizer/tokenizer.ts";
import { writeTinyCheckpoint } from "../../baseModels/tinyCheckpoint.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let folder: string;
let base: InstalledBase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-same-"));
  await writeTinyCheckpoint(join(folder, "tiny"), { config: { max_position_embeddings: 1024 } });
  base = await resolveBase(join(folder, "tiny"), { home: join(folder, "home"), embedded: join(folder, "tiny") });
  const modules = [...moduleShapes(base.config)].filter(([path]) => path.endsWith("q_proj"));
  const factors = modules.map(([path, { outFeatures }]) => {
    return [path, { on: "output" as const, values: new Float32Array(outFeatures).fill(-3) }] as const;
  });
  await writeAdapter(adapter(), { method: "ia3", name: "odd", baseModel: base.name, modules: new Map(factors) });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const adapter = (): string => join(folder, "adapter");

async function open(): Promise<{ completer: Completer; spent: ReturnType<typeof countedTree>["spent"] }> {
  const { tree, spent } = countedTree(await openTokenTree(base, { threads: 1 }));
  const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
  const parser = await openPythonParser();
  const completer = completerOf({
    tree,
    tokenizer,
    parser,
    adapters: adapterCache(() => {}),
    copying: { priorScale: 1, mayDraft: true },
  });
  return { completer, spent };
}

const source = `import os


def read_lines(path):
    with open(path) as file:
        lines = file.readlines()
    return [line.strip() for line in lines]


def write_lines(path, lines):
    with open(path, "w") as file:
        file.writelines(line.strip() for line in lines)
    return [line.strip() for line in lines]
`;
const other = {
  path: "other.py",
  text: "def read_words(path):\n    with open(path) as file:\n        words = file.read()\n",
};
const copies = [
  {
    path: "other.py",
    before: "    with open(path) as file:\n        ",
    after: "lines = file.readlines()\n    return lines\n",
  },
  { path: "third.py", before: "lines = ", after: "file.readlines()\n" },
];

/** A step of a session. Positions and lengths are shares of the text. */
type Step =
  | { readonly kind: "type"; readonly keys: number }
  | { readonly kind: "delete"; readonly keys: number }
  | { readonly kind: "jump"; readonly to: number }
  | { readonly kind: "cancel"; readonly turns: number }
  | { readonly kind: "swap"; readonly isOn: boolean }
  | { readonly kind: "context"; readonly parts: 0 | 1; readonly copies: number }
  | { readonly kind: "file"; readonly path: string };

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("type" as const), keys: fc.integer({ min: 1, max: 4 }) }) },
  fc.record({ kind: fc.constant("delete" as const), keys: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant("jump" as const), to: fc.double({ min: 0.1, max: 0.9, noNaN: true }) }),
  fc.record({ kind: fc.constant("cancel" as const), turns: fc.integer({ min: 0, max: 6 }) }),
  fc.record({ kind: fc.constant("swap" as const), isOn: fc.boolean() }),
  fc.record({
    kind: fc.constant("context" as const),
    parts: fc.constantFrom(0 as const, 1 as const),
    copies: fc.integer({ min: 0, max: 2 }),
  }),
  fc.record({ kind: fc.constant("file" as const), path: fc.constantFrom("a.py", "b.py") }),
);

test("the same completions, however they were come by", async () => {
  const [living, plain] = [await open(), await open()];
  let [compared, drafted] = [0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 8, maxLength: 24 }), async (session) => {
      let at = Math.floor(source.length / 2);
      let before = source.slice(0, at);
      const front = { path: "a.py", context: [other], copies };
      let active: { folder: string; scale: number }[] = [];
      await living.completer.useAdapters(active);
      for (const step of session) {
        if (step.kind === "type") {
          before += source.slice(at, at + step.keys);
          at = Math.min(source.length, at + step.keys);
        } else if (step.kind === "delete") before = before.slice(0, -step.keys);
        else if (step.kind === "jump") {
          at = Math.floor(source.length * step.to);
          before = source.slice(0, at);
        } else if (step.kind === "file") front.path = step.path;
        else if (step.kind === "context") {
          front.context = step.parts === 1 ? [other] : [];
          front.copies = copies.slice(0, step.copies);
        } else if (step.kind === "swap") {
          active = step.isOn ? [{ folder: adapter(), scale: 1 }] : [];
          await living.completer.useAdapters(active);
        }
        // Successive requests have different limits, so that no earlier suggestion answers one.
        const maxTokens = 24 + (compared++ % 200);
        const request: CompletionRequest = { ...front, prefix: before, suffix: source.slice(at), maxTokens };
        if (step.kind === "cancel") await cancelled(living.completer, request, step.turns);
        const runs = living.spent().runs;
        const kept = await living.completer.complete(request);
        drafted += Math.max(0, kept.tokens - (living.spent().runs - runs) - 1);
        await plain.completer.useAdapters(active);
        const fresh = await plain.completer.complete({ ...request, draft: false });
        expect(kept.text).toBe(fresh.text);
        expect(kept.tokens).toBe(fresh.tokens);
        expect(kept.logProbability).toBeCloseTo(fresh.logProbability, 3);
      }
    }),
    { numRuns: 12, seed: 7 },
  );
  expect(compared).toBeGreaterThan(120);
  // The guesses saved runs.
  expect(drafted).toBeGreaterThan(100);
  await living.completer.release();
  await plain.completer.release();
});

/** Requests a completion, and aborts after some turns of the event loop. */
async function cancelled(completer: Completer, request: CompletionRequest, turns: number): Promise<void> {
  const controller = new AbortController();
  const asked = completer.complete({ ...request, maxTokens: 23 }, controller.signal).catch((error: unknown) => {
    if ((error as Error).name !== "AbortError") throw error;
  });
  for (let i = 0; i < turns; i++) await new Promise(setImmediate);
  controller.abort();
  await asked;
}
