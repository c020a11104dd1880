import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packStep } from "../../../extension/core/dataset/batches.ts";
import type { Sequence } from "../../../extension/core/dataset/sequence.ts";

/** Token ids that tell sequence and position apart; the last `targets` are targets. */
const sequence = (name: number, length: number, targets: number): Sequence => ({
  ids: Array.from({ length }, (_, i) => name * 100 + i),
  firstTarget: Math.max(1, length - targets),
});

describe("packStep", () => {
  test("packs the longest first, each into the first row with room", () => {
    const [batch, ...others] = packStep([sequence(1, 2, 1), sequence(2, 5, 2), sequence(3, 3, 1)], {
      rows: 2,
      length: 6,
    });
    expect(others).toEqual([]);
    expect(batch).toEqual({
      rows: 2,
      length: 6,
      ids: BigInt64Array.of(200n, 201n, 202n, 203n, 204n, 0n, 300n, 301n, 302n, 100n, 101n, 0n),
      positions: BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 0n, 0n, 1n, 2n, 0n, 1n, 0n),
      segments: Int32Array.of(1, 1, 1, 1, 1, 0, 1, 1, 1, 2, 2, 0),
      labelRows: BigInt64Array.of(2n, 3n, 7n, 9n),
      labels: BigInt64Array.of(203n, 204n, 302n, 101n),
      weights: Float32Array.of(0.25, 0.25, 0.25, 0.25),
    });
  });

  test("weighs targets as their sequences say, and leaves out those that do not count", () => {
    const weighted: Sequence = { ids: [7, 8, 9, 10], firstTarget: 1, weights: [0.5, 0, 2] };
    const batches = packStep([weighted, sequence(1, 2, 1)], { rows: 1, length: 4 });
    expect(batches.map(({ labelRows, labels, weights }) => [[...labelRows], [...labels], [...weights]])).toEqual([
      [
        [0n, 2n],
        [8n, 10n],
        [Math.fround(0.5 / 3.5), Math.fround(2 / 3.5)],
      ],
      [[0n], [101n], [Math.fround(1 / 3.5)]],
    ]);
  });

  test("packs encoder and decoder tokens into rows with room for both", () => {
    const both = (name: number, read: number, written: number): Sequence => ({
      ...sequence(name, written, 1),
      encoderIds: sequence(name + 5, read, 0).ids,
    });
    const shape = { rows: 2, length: 6, encoderLength: 4 };
    // The third would fit after the second only on the decoder's side.
    const [batch, ...others] = packStep([both(1, 1, 3), both(2, 3, 4), both(3, 2, 2)], shape);
    expect(others).toEqual([]);
    expect(batch).toMatchObject({
      ids: BigInt64Array.of(200n, 201n, 202n, 203n, 0n, 0n, 100n, 101n, 102n, 300n, 301n, 0n),
      segments: Int32Array.of(1, 1, 1, 1, 0, 0, 1, 1, 1, 2, 2, 0),
      encoder: {
        length: 4,
        ids: BigInt64Array.of(700n, 701n, 702n, 0n, 600n, 800n, 801n, 0n),
        segments: Int32Array.of(1, 1, 1, 0, 1, 2, 2, 0),
      },
    });
  });

  test("each target is predicted by the token before it in its own sequence, and all weights add up to 1", () => {
    const item = fc.tuple(fc.integer({ min: 2, max: 16 }), fc.integer({ min: 1, max: 15 }));
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 4 }), (sizes, rows) => {
        const sequences = sizes.map(([length, targets], i) => sequence(i + 1, length, targets));
        const batches = packStep(sequences, { rows, length: 16 });
        const seen: string[] = [];
        let weight = 0;
        for (const { ids, positions, segments, labelRows, labels, weights } of batches) {
          expect(ids).toHaveLength(rows * 16);
          for (const [i, row] of labelRows.entries()) {
            const at = Number(row);
            expect(labels[i]).toBe((ids[at] ?? (NaN as never)) + 1n);
            expect(segments[at]).toBe(segments[at + 1]);
            expect(positions[at + 1]).toBe((positions[at] ?? 0n) + 1n);
            seen.push(String(labels[i]));
            weight += weights[i] ?? NaN;
          }
        }
        const wanted = sequences.flatMap(({ ids, firstTarget }) => ids.slice(firstTarget).map(String));
        expect(seen.sort()).toEqual(wanted.sort());
        expect(weight).toBeCloseTo(1, 5);
        expect(batches.flatMap(({ segments }) => [...segments]).filter((s) => s > 0)).toHaveLength(
          sequences.flatMap(({ ids }) => ids).length,
        );
      }),
    );
  });

  test("wastes little: short sequences share rows, and each micro-batch but the last is full", () => {
    const sequences = Array.from({ length: 64 }, (_, i) => sequence(i, 10 + ((i * 7) % 40), 5));
    const tokens = sequences.reduce((sum, { ids }) => sum + ids.length, 0);
    const rows = packStep(sequences, { rows: 1, length: 128 }).length;
    expect(rows).toBeLessThanOrEqual(Math.ceil(tokens / 128) + 1);
  });

  test("refuses a sequence longer than a row, and one whose first token is a target", () => {
    expect(() => packStep([sequence(1, 9, 1)], { rows: 1, length: 8 })).toThrow("internal:");
    expect(() => packStep([{ ids: [1, 2], firstTarget: 0 }], { rows: 1, length: 8 })).toThrow("internal:");
  });
});
