import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Example } from "../../../extension/core/dataset/example.ts";
import { toSequences, type Sequence } from "../../../extension/core/dataset/sequence.ts";
import { openTokenizer, type Tokenizer } from "../../../extension/core/tokenizer/tokenizer.ts";
import type { FillInTheMiddle } from "../../../extension/core/tokenizer/fillInTheMiddle.ts";

const tokenizer = await openTokenizer(join(import.meta.dirname, "../../fixtures/tokenizer"));
const plain: Tokenizer = { ...tokenizer, fillInTheMiddle: null };
const fill = tokenizer.fillInTheMiddle!;
const [prefixMarker, suffixMarker, middleMarker] = [fill.opening[0]!, fill.between[0]!, fill.closing[0]!];
const end = tokenizer.endOfText;
const encode = (text: string) => tokenizer.encode(text);
const targets = ({ ids, firstTarget }: Sequence) => ids.slice(firstTarget);
const context = ({ ids, firstTarget }: Sequence) => ids.slice(0, firstTarget);

describe("toSequences of a pair", () => {
  const pair: Example = { kind: "pair", intent: "add two numbers", code: "def add(a, b):\n    return a + b" };
  const prompt = encode("### Instruction:\nadd two numbers\n### Response:\n");
  const code = encode(pair.code);

  test("is the paper's prompt, the code and the end; the loss is on code and end only", () => {
    const [only] = toSequences(pair, tokenizer, 512) as [Sequence];
    expect(only.ids).toEqual([...prompt, ...code, end]);
    expect(targets(only)).toEqual([...code, end]);
    expect(context(only)).toEqual(prompt);
  });

  test("fits exactly when its length is the limit", () => {
    const length = prompt.length + code.length + 1;
    expect(toSequences(pair, tokenizer, length)[0]?.ids).toEqual([...prompt, ...code, end]);
  });

  test("too long: the prompt keeps its last half of the limit, then the code is cut, and the end stays", () => {
    const [only] = toSequences(pair, tokenizer, 20) as [Sequence];
    expect(only.ids).toEqual([...prompt.slice(-10), ...code.slice(0, 9), end]);
    expect(targets(only)).toHaveLength(10);
  });

  test("too long by its code alone: a short prompt is not cut", () => {
    const [only] = toSequences({ ...pair, code: "x = 1\n".repeat(200) }, tokenizer, 2 * prompt.length) as [Sequence];
    expect(context(only)).toEqual(prompt);
    expect(only.ids).toHaveLength(2 * prompt.length);
    expect(only.ids.at(-1)).toBe(end);
  });
});

describe("toSequences of a text", () => {
  test("predicts all but the first token, and ends with the end of text unless the text is cut", () => {
    const ids = encode("x = 1\n");
    expect(toSequences({ kind: "text", text: "x = 1\n" }, tokenizer, 64)).toEqual([
      { ids: [...ids, end], firstTarget: 1 },
    ]);
    expect(toSequences({ kind: "text", text: "x = 1\n", cut: true }, tokenizer, 64)[0]?.ids).toEqual(ids);
  });

  test("every token but the first is a target exactly once, however the text is cut up", () => {
    const ids = [...encode("value = compute(1, 2, 3)\n".repeat(9)), end];
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 300 }), (maxLength) => {
        const parts = toSequences({ kind: "text", text: "value = compute(1, 2, 3)\n".repeat(9) }, tokenizer, maxLength);
        expect(parts.flatMap(targets)).toEqual(ids.slice(1));
        expect(Math.max(...parts.map((part) => part.ids.length))).toBeLessThanOrEqual(maxLength);
        for (const part of parts) expect(part.firstTarget).toBeGreaterThan(0);
      }),
    );
  });
});

describe("toSequences of a hole", () => {
  const gap: Extract<Example, { kind: "fill" }> = {
    kind: "fill",
    prefix: "def add(a, b):\n",
    middle: "    return a + b",
    suffix: "\n\nadd(1, 2)\n",
  };

  test("is prefix, suffix, middle, each after its marker; the loss is on the middle and the end", () => {
    const [only] = toSequences(gap, tokenizer, 512) as [Sequence];
    const [prefix, middle, suffix] = [gap.prefix, gap.middle, gap.suffix].map(encode) as [number[], number[], number[]];
    expect(only.ids).toEqual([prefixMarker, ...prefix, suffixMarker, ...suffix, middleMarker, ...middle, end]);
    expect(targets(only)).toEqual([...middle, end]);
  });

  test("is suffix, prefix, middle for a model that reads the suffix first", () => {
    const markers = { opening: [prefixMarker, suffixMarker], between: [middleMarker], closing: [] };
    const fillInTheMiddle: FillInTheMiddle = { ...fill, ...markers, order: "suffix-first" };
    const suffixFirst: Tokenizer = { ...tokenizer, fillInTheMiddle };
    const [only] = toSequences(gap, suffixFirst, 512) as [Sequence];
    const [prefix, middle, suffix] = [gap.prefix, gap.middle, gap.suffix].map(encode) as [number[], number[], number[]];
    expect(only.ids).toEqual([prefixMarker, suffixMarker, ...suffix, middleMarker, ...prefix, ...middle, end]);
    expect(targets(only)).toEqual([...middle, end]);
  });

  test("any hole fits any limit; the kept context is next to the hole", () => {
    const text = fc.string({ unit: "grapheme-ascii", maxLength: 120 });
    fc.assert(
      fc.property(text, text, text, fc.integer({ min: 8, max: 90 }), (prefix, middle, suffix, maxLength) => {
        const [only] = toSequences({ kind: "fill", prefix, middle, suffix }, tokenizer, maxLength) as [Sequence];
        const [p, m, s] = [prefix, middle, suffix].map(encode) as [number[], number[], number[]];
        expect(only.ids.length).toBe(Math.min(maxLength, only.ids.length));
        const at = only.ids.indexOf(suffixMarker);
        const kept = { prefix: only.ids.slice(1, at), suffix: only.ids.slice(at + 1, only.ids.indexOf(middleMarker)) };
        expect(p.slice(p.length - kept.prefix.length)).toEqual(kept.prefix);
        expect(s.slice(0, kept.suffix.length)).toEqual(kept.suffix);
        expect([...m, end].slice(0, targets(only).length)).toEqual(targets(only));
        if (p.length + m.length + s.length + 4 <= maxLength && m.length + 1 <= (maxLength - 3) / 2) {
          expect(only.ids).toHaveLength(p.length + m.length + s.length + 4);
        }
      }),
    );
  });

  test("ends the middle with the model's own end marker", () => {
    const other: Tokenizer = { ...tokenizer, fillInTheMiddle: { ...fill, end: 7 } };
    expect(toSequences(gap, other, 512)[0]?.ids.at(-1)).toBe(7);
  });

  test("a model without markers learns the middle after the prefix", () => {
    const [only] = toSequences(gap, plain, 512) as [Sequence];
    expect(context(only)).toEqual(encode(gap.prefix));
    expect(targets(only)).toEqual(encode(gap.middle));
    const [bare] = toSequences({ ...gap, prefix: "" }, plain, 512) as [Sequence];
    expect(bare.ids).toEqual(encode(gap.middle));
    expect(bare.firstTarget).toBe(1);
  });
});

describe("toSequences for a model that expects a beginning", () => {
  const [beginning, text] = [[3, 4], "value = compute(1, 2, 3)\n".repeat(9)];
  const examples: readonly Example[] = [
    { kind: "pair", intent: "add two numbers", code: text },
    { kind: "text", text },
    { kind: "fill", prefix: text, middle: text, suffix: text },
  ];

  test.each(examples)("puts it before every sequence, within the limit: $kind", (example) => {
    for (const kind of [tokenizer, plain]) {
      for (const maxLength of [8, 40, 500]) {
        const sequences = toSequences(example, { ...kind, beginning }, maxLength);
        expect(sequences.length).toBeGreaterThan(0);
        for (const { ids, firstTarget } of sequences) {
          expect(ids.slice(0, 2)).toEqual(beginning);
          expect(ids.length).toBeLessThanOrEqual(maxLength);
          expect(firstTarget).toBeGreaterThanOrEqual(2);
          expect(firstTarget).toBeLessThan(ids.length);
        }
      }
    }
  });

  test("loses no token of a text", () => {
    const parts = toSequences({ kind: "text", text }, { ...tokenizer, beginning }, 20);
    expect(parts.flatMap(targets)).toEqual([...encode(text), end].slice(1));
  });
});
