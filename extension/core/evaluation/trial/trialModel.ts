/**
 * Completes lines and bodies and reads texts with the base alone, or an earlier adapter, and with a new one. They take turns, so that a
 * trial can end early.
 */

import type { TrialSubject } from "../../training/trialReport.ts";
import type { Gate } from "../../foundation/waiting/gate.ts";
import type { BaseInfiller } from "../candidates/baseInfiller.ts";
import type { ContextOf } from "../context/contextOf.ts";
import type { Hole } from "../suites/drawHoles.ts";
import type { SourceFile } from "../suites/heldOut.ts";
import type { TrialMeter } from "./trialMeter.ts";
import type { TriedHole, TriedText } from "./trialScores.ts";

export interface TrialModel {
  /**
   * Returns, for each kind of context, the holes that both have completed, from the first on. Prompts of one hole that share their
   * beginning cost little more than one of them.
   *
   * @param until the share of the trial's time after which no further turn begins
   */
  complete(holes: readonly Hole[], contexts: readonly ContextOf[], until: number): Promise<TriedHole[][]>;
  read(texts: readonly SourceFile[], until: number): Promise<TriedText[]>;
}

/** Holes or texts before the other one's turn. */
const turn = 20;
/** As in the evaluation of held-out code. */
const maxTokens = 96;

export function openTrialModel(
  infiller: BaseInfiller,
  { adapter, earlier }: Pick<TrialSubject, "adapter" | "earlier">,
  { meter, signal, gate }: { meter: TrialMeter; signal?: AbortSignal | undefined; gate: Gate },
): TrialModel {
  const inTurns = async <Item, Result>(
    items: readonly Item[],
    until: number,
    work: (item: Item) => Promise<Result>,
  ): Promise<{ item: Item; base: Result; adapter: Result }[]> => {
    const results: { item: Item; base: Result; adapter: Result }[] = [];
    const all = async (chunk: readonly Item[], folders: readonly string[]): Promise<Result[]> => {
      await infiller.useAdapters(folders.map((folder) => ({ folder, scale: 1 })));
      const found: Result[] = [];
      for (const item of chunk) {
        await gate.pass(signal);
        found.push(await work(item));
        meter.done();
      }
      return found;
    };
    for (let first = 0; first < items.length && !meter.isOver(until); first += turn) {
      const chunk = items.slice(first, first + turn);
      const [base, adapted] = [await all(chunk, earlier === undefined ? [] : [earlier]), await all(chunk, [adapter])];
      for (const [i, item] of chunk.entries()) results.push({ item, base: base[i]!, adapter: adapted[i]! });
    }
    return results;
  };

  return {
    async complete(holes, contexts, until) {
      const completed = await inTurns(holes, until, async ({ file, start, end }) => {
        const cursor = { prefix: file.text.slice(0, start), suffix: file.text.slice(end) };
        const texts: string[] = [];
        for (const contextOf of contexts) {
          const request = { ...contextOf(file, cursor), ...cursor, maxTokens };
          texts.push((await infiller.complete(request, signal)).text);
        }
        return texts;
      });
      return contexts.map((_, kind) =>
        completed.map(({ item, base, adapter }) => ({ hole: item, base: base[kind]!, adapter: adapter[kind]! })),
      );
    },
    async read(texts, until) {
      const read = await inTurns(texts, until, (file) => infiller.bits(file, { signal }));
      return read.map(({ item, ...bits }) => ({ bytes: Buffer.byteLength(item.text), ...bits }));
    },
  };
}
