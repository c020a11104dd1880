import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { adapterCache } from "../../../../extension/core/completion/adapterCache.ts";
import { completerOf } from "../../../../extension/core/completion/completer.ts";
import { promptRooms } from "../../../../extension/core/completion/promptBudget.ts";
import { seededRandom } from "../../../../extension/core/foundation/random.ts";
import { addChild, rootAfter, tokensTo } from "../../../../extension/core/inference/tree/tokenNode.ts";
import type { TokenTree } from "../../../../extension/core/inference/tree/tokenTree.ts";
import { openPythonParser, type PythonParser } from "../../../../extension/core/python/pythonParser.ts";
import { openTokenizer, type Tokenizer } from "../../../../extension/core/tokenizer/tokenizer.ts";
import {
  cursorHoles,
  cursorKinds,
  type CursorHole,
  type CursorKind,
} from "../../../../extension/core/training/holes/cursorHoles.ts";
import {
  holeSequence,
  type HoleOptions,
  type FrontedFile,
} from "../../../../extension/core/training/holes/holeSequence.ts";

const root = join(import.meta.dirname, "../../../..");
const contextLength = 2048;
const weights = { before: 0.2, middle: 1, lineEnd: 0.5 };

let tokenizer: Tokenizer;
let parser: PythonParser;
let files: FrontedFile[];
beforeAll(async () => {
  tokenizer = await openTokenizer(join(root, "base"));
  parser = await openPythonParser();
  files = ["sample", "scripts/pretrain"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".py"))
      .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), "utf8") })),
  );
  const context = [{ path: "pkg/other.py", text: "def helper(value):\n    return value\n" }];
  files.push(...files.map((file) => ({ ...file, repositoryName: "graft", context })));
});

const options = (over: Partial<HoleOptions> = {}): HoleOptions => ({
  tokenizer,
  budget: promptRooms({ contextLength, hasEncoder: false }).budget,
  weights,
  maxLength: contextLength,
  ...over,
});

/** Returns a tree that writes `answer` after each prompt, and records the prompts in `asked`. */
function recitingTree(answer: readonly number[], asked: number[][]): TokenTree {
  const { vocabularySize } = tokenizer;
  return {
    vocabularySize,
    hasEncoder: false,
    contextLength,
    longestPrompt: contextLength,
    mostTokens: Infinity,
    breadth: Infinity,
    addPrompt: async (ids) => {
      asked.push([...ids]);
      return { parent: rootAfter(null), ids };
    },
    read: async ([span]) => {
      const known = tokensTo(span!.parent).length + span!.ids.length - asked.at(-1)!.length;
      const logits = new Float32Array(vocabularySize).fill(-9);
      logits[answer[known] ?? tokenizer.endOfText] = 9;
      return { leaves: [span!.ids.reduce(addChild, span!.parent)], logits };
    },
    topLogProbabilities: async (logits, count) => {
      const tokens = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!).slice(0, count);
      return [{ tokens, logProbabilities: Float32Array.from(tokens, (token) => logits[token]! - 9) }];
    },
    useAdapters: () => {},
    release: async () => {},
  };
}

describe("holeSequence", () => {
  test("begins with the prompt that the completer sends, token by token, and goes on to the hole's end, at random cursors", async () => {
    const random = seededRandom(5);
    for (let i = 0; i < 300; i++) {
      const file = files[random.integer(files.length)]!;
      const start = random.integer(file.text.length);
      const end = Math.min(file.text.length, start + 1 + random.integer(80));
      const prompt = await askedAt(file, start, end);
      const { ids, firstTarget, weights: counted } = holeSequence(file, { start, end, kind: "rest" }, options());
      expect(ids.slice(0, prompt.length)).toEqual(prompt);
      const marker = prompt.findLastIndex((id) => tokenizer.specialIds.has(id));
      const written = tokenizer.decode(ids.slice(marker + 1, -1), "inside");
      const isPathFirst = prompt[marker] === tokenizer.fillInTheMiddle!.fileSeparator;
      const text = isPathFirst ? written.slice(written.indexOf("\n") + 1) : written;
      expect(file.text.slice(0, end).endsWith(text)).toBe(true);
      expect(ids.at(-1)).toBe(tokenizer.endOfText);
      expect(ids.length - firstTarget).toBe(counted!.length);
    }
  });

  test(
    "a model that writes its targets completes the author's text, at every kind of hole",
    { timeout: 60_000 },
    async () => {
      const random = seededRandom(6);
      for (const file of files) {
        const holes = cursorHoles(file.text, parser.tree(file.text));
        for (const kind of cursorKinds) {
          for (const hole of random.shuffled(holes[kind]).slice(0, 3)) {
            const { ids } = holeSequence(file, hole, options());
            const prompt = await askedAt(file, hole.start, hole.end);
            const text = await completedBy(ids.slice(prompt.length), file, hole);
            const wanted = file.text.slice(hole.start, hole.end);
            // Unless an empty block is to be filled, the completer takes the first of several lines.
            if (kind === "line" || kind === "header" || kind === "body" || !wanted.includes("\n"))
              expect({ kind, text }).toEqual({ kind, text: wanted });
            else expect(wanted.startsWith(text)).toBe(true);
          }
        }
      }
    },
  );

  test("ends count where the suffix begins, less at a line's end, and not behind a header", () => {
    const text = "def f(x):\n    return x\n\n\nf(1)\n";
    const endOf = (start: number, end: number, kind: CursorKind): number =>
      holeSequence({ path: "a.py", text }, { start, end, kind }, options()).weights!.at(-1)!;
    const body = text.indexOf("return");
    expect(endOf(body, body + 8, "body")).toBe(weights.middle);
    expect(endOf(body, body + 8, "line")).toBe(weights.lineEnd);
    expect(endOf(4, text.indexOf("\n"), "header")).toBe(0);
  });

  test("a base without infilling ends only where the text does", () => {
    const plain = { tokenizer: { ...tokenizer, fillInTheMiddle: null } };
    const text = "a = 1\nb = 2\n";
    const endOf = (start: number, end: number): number =>
      holeSequence({ path: "a.py", text }, { start, end, kind: "line" }, options(plain)).weights!.at(-1)!;
    expect([endOf(4, 5), endOf(10, 11)]).toEqual([0, weights.lineEnd]);
  });

  test("counts the text before the hole as told, but neither path nor suffix", () => {
    const text = "a = 1\nb = 2\nc = 3\n";
    const {
      ids,
      firstTarget,
      weights: counted,
    } = holeSequence({ path: "a.py", text }, { start: 10, end: 11, kind: "line" }, options());
    const shown = (from: number, to: number): string => tokenizer.decode(ids.slice(from, to), "inside");
    const middle = firstTarget + counted!.lastIndexOf(weights.before) + 1;
    expect([shown(firstTarget, middle), shown(middle, ids.length)]).toEqual(["a = 1\nb =", " 2"]);
    expect(counted).toEqual([...Array(middle - firstTarget).fill(0.2), ...Array(ids.length - middle - 1).fill(1), 0.5]);
  });

  test("is no longer than told, at any length", () => {
    for (const maxLength of [8, 64, 200]) {
      const {
        ids,
        firstTarget,
        weights: counted,
      } = holeSequence(files[0]!, { start: 100, end: 900, kind: "rest" }, options({ maxLength }));
      expect(ids.length).toBeLessThanOrEqual(maxLength);
      expect(ids.length - firstTarget).toBe(counted!.length);
    }
  });
});

/** Returns the prompt that the completer sends. */
async function askedAt({ text, ...front }: FrontedFile, start: number, end: number): Promise<readonly number[]> {
  const asked: number[][] = [];
  const completer = completerOf({ tree: recitingTree([], asked), tokenizer, parser, adapters: adapterCache(() => {}) });
  await completer.complete({ ...front, prefix: text.slice(0, start), suffix: text.slice(end) });
  return asked[0]!;
}

/** Returns the completion by a model that writes `answer`. */
async function completedBy(
  answer: readonly number[],
  { text, ...front }: FrontedFile,
  hole: CursorHole,
): Promise<string> {
  const completer = completerOf({
    tree: recitingTree(answer, []),
    tokenizer,
    parser,
    adapters: adapterCache(() => {}),
  });
  const request = { ...front, prefix: text.slice(0, hole.start), suffix: text.slice(hole.end), maxTokens: 400 };
  return (await completer.complete(request)).text;
}
