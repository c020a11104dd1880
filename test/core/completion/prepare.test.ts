/** A request that is prepared: its prompt is read, nothing is decoded, and real requests come first. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { InstalledBase } from "../../../extension/core/baseModels/installedBase.ts";
import { resolveBase } from "../../../extension/core/baseModels/resolveBase.ts";
import { adapterCache } from "../../../extension/core/completion/adapterCache.ts";
import { completerOf, openCompleter, type Completer } from "../../../extension/core/completion/completer.ts";
import { openPythonParser } from "../../../extension/core/python/pythonParser.ts";
import { at, characters, fakeTree, type FakeTree } from "./fakes.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const parser = await openPythonParser();
const context = [{ path: "other.py", text: "value = 1\n".repeat(40) }];
const question = { path: "a.py", context, ...at("import other\nx = other.|\ny = 2\n") };

function open(): { completer: Completer; tree: FakeTree } {
  const tree = fakeTree(() => "value\n");
  return {
    completer: completerOf({ tree, tokenizer: characters, parser, adapters: adapterCache(() => undefined) }),
    tree,
  };
}

describe("prepare", () => {
  test("reads the prompt in steps; the request then reads only its last token", async () => {
    const { completer, tree } = open();
    const { tokens } = await completer.prepare(question);
    expect(tokens).toBeGreaterThan(400);
    expect(tree.reads.length).toBeGreaterThan(3);
    tree.reads.length = 0;
    expect(await completer.complete(question)).toMatchObject({ text: "value" });
    expect(tree.reads[0]).toBe(1);
  });

  test("ends at once where a request comes, which is answered as ever", async () => {
    const { completer, tree } = open();
    const preparing = completer.prepare(question);
    await new Promise(setImmediate);
    const other = await completer.complete({ path: "a.py", ...at("z = |\n") });
    expect((await preparing).tokens).toBeLessThan(400);
    expect(other.text).toBe("value");
    const reads = tree.reads.length;
    expect((await completer.prepare(question, undefined)).tokens).toBeGreaterThan(400);
    expect(tree.reads.length).toBeGreaterThan(reads);
  });

  test("one that waits is replaced by the next; its own signal ends it as an abort", async () => {
    const { completer } = open();
    const first = completer.prepare(question);
    const second = completer.prepare(question);
    expect((await first).tokens).toBeLessThan(400);
    expect((await second).tokens).toBeGreaterThan(400);
    await expect(completer.prepare(question, AbortSignal.abort())).rejects.toThrow("abort");
  });
});

describe("on the embedded base", () => {
  let home: string;
  let base: InstalledBase;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "graft-prepare-"));
    base = await resolveBase("", { home, embedded: join(import.meta.dirname, "../../../base") });
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  test("prepared, interrupted and switched between files, requests get what a fresh completer gives", async () => {
    const kept = await openCompleter(base);
    const files = ["one.py", "two.py", "three.py"].map((path, i) => ({
      path,
      context,
      multiline: "never" as const,
      ...at(
        `import other\n\n\ndef total_${i}(values):\n    result = 0\n    for value in val|\n\n\nprint(total_${i}([1]))\n`,
      ),
    }));
    const texts = new Map<string, string>();
    for (const asked of files) {
      const fresh = await openCompleter(base);
      texts.set(asked.path, (await fresh.complete(asked)).text);
      await fresh.release();
    }
    // Another limit each time, so that no answer is known from before.
    for (const [round, index] of [0, 1, 0, 2, 1, 0].entries()) {
      const asked = files[index]!;
      const preparing = kept.prepare({ ...asked, prefix: `${asked.prefix.slice(0, -4)}x` });
      const answer = await kept.complete({ ...asked, maxTokens: 30 + round });
      await preparing;
      expect(answer.text).toBe(texts.get(asked.path));
    }
    await kept.release();
  });
});
