import { mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Adapter } from "../../../extension/core/adapters/adapter.ts";
import { checkAdapterFits } from "../../../extension/core/adapters/fit/adapterFit.ts";
import { writeAdapter } from "../../../extension/core/adapters/formats/peftFolder.ts";
import { adapterCache } from "../../../extension/core/completion/adapterCache.ts";
import { completerOf, type Completer } from "../../../extension/core/completion/completer.ts";
import { readModelConfig } from "../../../extension/core/architectures/readConfig.ts";
import { openPythonParser } from "../../../extension/core/python/pythonParser.ts";
import { tinyQwen2 } from "../architectures/tinyConfigs.ts";
import { at, characters, fakeTree, withoutGaps, type FakeTree, special } from "./fakes.ts";

const parser = await openPythonParser();
const checkFits = (adapter: Adapter): void =>
  checkAdapterFits(adapter, { name: "fake", config: readModelConfig(tinyQwen2) });

function open(answer: (prompt: string) => string, tokenizer = characters): { completer: Completer; tree: FakeTree } {
  const tree = fakeTree(answer);
  return {
    completer: completerOf({ tree, tokenizer, parser, adapters: adapterCache(checkFits), loadMilliseconds: 5 }),
    tree,
  };
}

describe("complete", () => {
  test.each<[string, string, string, string]>([
    ["import os\nx = |\ny", "os.path\nz = 1", "os.path", "line"],
    ["import os\nx = f(|)", "a, b)", "a, b", "end"],
    ["def f():\n    |\n", "return 1\n\ndef g", "return 1", "block"],
    ["def f():\n    a = 1\n    |\n", "return a\n", "return a", "line"],
    ["x = |", "abc", "abc", "end"],
    ["x = |", "   ", "", "end"],
  ])("%j + %j: %j, %s", async (marked, generated, text, stop) => {
    const { completer } = open(() => generated);
    expect(await completer.complete(at(marked))).toMatchObject({ text, stop });
  });

  test("shows the model path, prefix and suffix", async () => {
    let seen = "";
    const { completer } = open((prompt) => ((seen = prompt), "x"));
    await completer.complete({ path: "pkg/a.py", ...at("print(|)\n") });
    expect(seen).toBe("<file>pkg/a.py\n<pre>print(<suf>)\n<mid>");
  });

  test("stops at the limit of tokens and tells their number and probability", async () => {
    const { completer } = open(() => "abcdefghijklmnop");
    const { text, tokens, stop, logProbability } = await completer.complete({ ...at("value = foo(|)"), maxTokens: 5 });
    expect([text, tokens, stop]).toEqual(["abcde", 5, "length"]);
    expect(logProbability).toBeCloseTo(5 * -Math.log(1 + 255 * Math.exp(-10)), 4);
  });

  test("reads only what has changed since the last request", async () => {
    const { completer, tree } = open(() => "b");
    const start = `${"a = 1\n".repeat(30)}x = foo(`;
    await completer.complete({ prefix: start, suffix: ")" });
    tree.reads.length = 0;
    await completer.complete({ prefix: `${start}a`, suffix: ")" });
    // "a", the suffix marker, ")", the middle marker; then the token that was generated.
    expect(tree.reads).toEqual([4, 1]);
    tree.reads.length = 0;
    await completer.complete({ prefix: start, suffix: ")", maxTokens: 1 });
    expect(tree.reads).toEqual([3]);
  });

  test("answers from what it knows while the user types along", async () => {
    const { completer, tree } = open(() => "path.join(a)\n");
    const first = await completer.complete(at("import os\nx = os.|\ny"));
    tree.reads.length = 0;
    const second = await completer.complete(at("import os\nx = os.path.|\ny"));
    expect([first.text, second.text]).toEqual(["path.join(a)", "join(a)"]);
    expect(tree.reads).toEqual([]);
    expect(second.milliseconds).toEqual({ load: 0, prefill: 0, decode: 0 });
    await completer.complete(at("import os\nx = os.e|\ny"));
    expect(tree.reads.length).toBeGreaterThan(0);
  });

  test("writes anew once the places in other files are known, and keeps that while they are not", async () => {
    const { completer } = open(() => "value");
    const place = at("x = |");
    const isWritten = async (copies?: []): Promise<boolean> =>
      (await completer.complete({ ...place, copies })).tokens > 0;
    expect(await isWritten()).toBe(true);
    expect(await isWritten()).toBe(false);
    expect(await isWritten([])).toBe(true);
    expect(await isWritten([])).toBe(false);
    expect(await isWritten()).toBe(false);
  });

  test("writes anew where other files may be read than before", async () => {
    const { completer } = open(() => "value");
    const isWritten = async (edition: number): Promise<boolean> =>
      (await completer.complete({ ...at("x = |"), copies: [], edition })).tokens > 0;
    expect(await isWritten(0)).toBe(true);
    expect(await isWritten(0)).toBe(false);
    expect(await isWritten(1)).toBe(true);
  });

  test("has the model write again what may be another token, and does not repeat it", async () => {
    const { completer } = open((prompt) => `${prompt.endsWith("os.") ? "pa" : "?"}th.join()\n`, withoutGaps);
    expect(await completer.complete(at("import os\nos.pa|"))).toMatchObject({ text: "th.join()" });
  });

  test("insists on it where the model would write something else", async () => {
    const { completer } = open(() => "XXth", withoutGaps);
    expect(await completer.complete({ ...at("import os\nos.pa|"), maxTokens: 2 })).toMatchObject({
      text: "th",
      tokens: 4,
    });
  });

  test("shows the first line of a loop of lines", async () => {
    const { completer } = open(() => "x = 1\n    ".repeat(30));
    expect((await completer.complete(at("def f():\n    |\ny = 2"))).text).toBe("x = 1");
  });

  test("never writes the markers of a gap", async () => {
    const { completer } = open(() => String.fromCharCode(special.suffix));
    const { text } = await completer.complete({ ...at("value = |)"), maxTokens: 4 });
    expect(text).not.toContain(String.fromCharCode(special.suffix));
  });

  test("gives nothing for a loop", async () => {
    const { completer } = open(() => "a".repeat(100));
    expect(await completer.complete(at("value = |)"))).toMatchObject({ text: "", stop: "length" });
  });

  test("does not disturb while the user types, but answers when asked to", async () => {
    const { completer, tree } = open(() => "long_enough");
    const mid = at("import os\npa|th = 1");
    expect(await completer.complete({ ...mid, trigger: "automatic" })).toMatchObject({ text: "", tokens: 0 });
    expect(tree.reads).toEqual([]);
    expect((await completer.complete(mid)).text).toBe("long_enough");
    const { completer: terse } = open(() => "1");
    expect((await terse.complete({ ...at("import os\nx = |"), trigger: "automatic" })).text).toBe("");
    expect((await terse.complete(at("import os\nx = |"))).text).toBe("1");
  });

  test("samples the same text for the same seed", async () => {
    const { completer } = open(() => "");
    const ask = async (seed: number): Promise<string> =>
      (await completer.complete({ ...at('text = """\n|\n"""\n'), temperature: 50, seed, maxTokens: 12 })).text;
    expect(await ask(1)).toBe(await ask(1));
    expect(await ask(1)).not.toBe(await ask(2));
  });

  test("is cancelled between two tokens, and goes on with the next request", async () => {
    const controller = new AbortController();
    let asked = 0;
    const { completer, tree } = open(() => (++asked === 4 && controller.abort(), "abcdefghijkl"));
    const request = at("value = f(|)");
    await expect(completer.complete(request, controller.signal)).rejects.toMatchObject({ name: "AbortError" });
    expect(tree.reads.length).toBeLessThan(6);
    expect((await completer.complete(request)).text).toBe("abcdefghijkl");
    await expect(completer.complete(request, AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
  });

  test("tells once what loading took", async () => {
    const { completer } = open(() => "abc");
    expect((await completer.complete(at("x = f(|)"))).milliseconds.load).toBe(5);
    expect((await completer.complete(at("y = f(|)"))).milliseconds.load).toBe(0);
  });
});

describe("useAdapters", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "graft-adapters-"));
    for (const [name, size] of Object.entries({ one: 64, two: 64, wide: 65 })) {
      const values = new Float32Array(size).fill(2);
      const adapted = new Map([["model.layers.0.self_attn.q_proj", { on: "output" as const, values }]]);
      await writeAdapter(join(folder, name), { method: "ia3", name, baseModel: "fake", modules: adapted });
    }
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const use = (...names: string[]): { folder: string; scale: number }[] =>
    names.map((name) => ({ folder: join(folder, name), scale: 0.5 }));

  test("hands the very same adapter to the tree as long as its files are the same", async () => {
    const { completer, tree } = open(() => "x");
    await completer.useAdapters(use("one"));
    const [first] = tree.adapters as { adapter: unknown; scale: number }[];
    expect(first).toMatchObject({ scale: 0.5, adapter: { name: "one" } });
    await completer.useAdapters(use("two"));
    const { milliseconds } = await completer.useAdapters(use("one"));
    expect(milliseconds).toBeLessThan(5);
    expect((tree.adapters[0] as typeof first)!.adapter).toBe(first!.adapter);
    await utimes(join(folder, "one", "adapter_config.json"), 1, 1);
    await completer.useAdapters(use("one"));
    expect((tree.adapters[0] as typeof first)!.adapter).not.toBe(first!.adapter);
    await completer.useAdapters([]);
    expect(tree.adapters).toEqual([]);
  });

  test("leaves room in the prompt for an adapter's virtual tokens", async () => {
    let read = 0;
    const tree = fakeTree((prompt) => ((read = prompt.length), "x"), 512);
    const useAdapters = tree.useAdapters.bind(tree);
    const shortened = Object.assign(tree, {
      useAdapters(active: Parameters<typeof useAdapters>[0]) {
        useAdapters(active);
        Object.assign(tree, active.length > 0 ? { contextLength: 256, longestPrompt: 256 } : {});
      },
    });
    const completer = completerOf({
      tree: shortened,
      tokenizer: withoutGaps,
      parser,
      adapters: adapterCache(checkFits),
    });
    const request = { prefix: "value = compute()\n".repeat(60), suffix: "" };
    await completer.complete(request);
    const before = read;
    await completer.useAdapters(use("one"));
    await completer.complete(request);
    expect(read).toBeLessThan(before / 2);
    expect(read).toBeGreaterThan(0);
  });

  test("forgets suggestions of other adapters", async () => {
    let answer = "with_one";
    const { completer } = open(() => answer);
    const request = at("value = f(|)");
    expect((await completer.complete(request)).text).toBe("with_one");
    answer = "with_two";
    expect((await completer.complete(request)).text).toBe("with_one");
    await completer.useAdapters(use("two"));
    expect((await completer.complete(request)).text).toBe("with_two");
  });

  test("forgets suggestions of another scale", async () => {
    let answer = "at_half";
    const { completer, tree } = open(() => answer);
    const request = at("value = f(|)");
    await completer.useAdapters(use("one"));
    expect((await completer.complete(request)).text).toBe("at_half");
    answer = "at_more";
    await completer.useAdapters([{ folder: join(folder, "one"), scale: 1.25 }, ...use("two")]);
    expect((await completer.complete(request)).text).toBe("at_more");
    expect(tree.adapters).toMatchObject([{ scale: 1.25 }, { scale: 0.5 }]);
  });

  test("keeps what it had where an adapter does not fit or does not exist", async () => {
    const { completer, tree } = open(() => "x");
    await completer.useAdapters(use("one"));
    await expect(completer.useAdapters(use("two", "wide"))).rejects.toMatchObject({ code: "adapter-mismatch" });
    await expect(completer.useAdapters(use("missing"))).rejects.toMatchObject({ code: "adapter-missing" });
    expect(tree.adapters).toMatchObject([{ adapter: { name: "one" } }]);
  });
});
