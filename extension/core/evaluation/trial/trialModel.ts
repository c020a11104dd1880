/**
 * Completes lines and bodies and reads texts in turns: with the base alone or an earlier adapter, and with a new adapter. So a trial can
 * end early. A new adapter is like the earlier one in most places, so half of the holes are often enough to show that none gets worse.
 */

import type { TrialSubject } from "../../training/trialReport.ts";
import type { Gate } from "../../foundation/waiting/gate.ts";
import type { BaseInfiller } from "../candidates/baseInfiller.ts";
import type { ContextOf } from "../context/contextOf.ts";
import type { Hole } from "../suites/drawHoles.ts";
import type { SourceFile } from "../suites/heldOut.ts";
import type { TrialMeter } from "./trialMeter.ts";
import { isSettled, type TriedHole, type TriedText } from "./trialScores.ts";

export interface TrialModel {
  /**
   * Returns, for each kind of context, the holes that both have completed, from the first on. Prompts of one hole that share their
   * beginning cost little more than a single prompt. If there is an earlier adapter, this ends once the first kind of context is settled.
   *
   * @param until the share of the trial's time after which no further turn begins
   */
  complete(holes: readonly Hole[], contexts: readonly ContextOf[], until: number): Promise<TriedHole[][]>;
  read(texts: readonly SourceFile[], until: number): Promise<TriedText[]>;
}

interface Compared<Item, Result> {
  item: Item;
  base: Result;
  adapter: Result;
}

/** The number of holes or texts before the other one takes its turn. */
const turn = 20;
/** The same as in the evaluation of held-out code. */
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
    isEnough: (results: readonly Compared<Item, Result>[]) => boolean = () => false,
  ): Promise<Compared<Item, Result>[]> => {
    const results: Compared<Item, Result>[] = [];
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
      if (isEnough(results)) {
        meter.spared(2 * (items.length - first));
        break;
      }
      const chunk = items.slice(first, first + turn);
      const [base, adapted] = [await all(chunk, earlier === undefined ? [] : [earlier]), await all(chunk, [adapter])];
      for (const [i, item] of chunk.entries()) results.push({ item, base: base[i]!, adapter: adapted[i]! });
    }
    return results;
  };

  return {
    async complete(holes, contexts, until) {
      const work = async ({ file, start, end }: Hole): Promise<string[]> => {
        const cursor = { prefix: file.text.slice(0, start), suffix: file.text.slice(end) };
        const texts: string[] = [];
        for (const contextOf of contexts) {
          const request = { ...contextOf(file, cursor), ...cursor, maxTokens };
          texts.push((await infiller.complete(request, signal)).text);
        }
        return texts;
      };
      const tried = (results: readonly Compared<Hole, string[]>[], kind: number): TriedHole[] =>
        results.map(({ item, base, adapter }) => ({ hole: item, base: base[kind]!, adapter: adapter[kind]! }));
      const isEnough = (results: readonly Compared<Hole, string[]>[]): boolean =>
        earlier !== undefined && isSettled(tried(results, 0), holes.length);
      const completed = await inTurns(holes, until, work, isEnough);
      return contexts.map((_, kind) => tried(completed, kind));
    },
    async read(texts, until) {
      const read = await inTurns(texts, until, (file) => infiller.bits(file, { signal }));
      return read.map(({ item, ...bits }) => ({ bytes: Buffer.byteLength(item.text), ...bits }));
    },
  };
}
