/** A simulated editor with one document, a clock, and the records of a session in it. For tests. */

import { followSuggestions } from "../../../extension/core/completion/judgement/suggestionLife.ts";
import { watchAcceptedTexts } from "../../../extension/core/statistics/acceptedTexts.ts";
import type { StatisticsRecord, Subject } from "../../../extension/core/statistics/record.ts";
import { openSums, wholeOf } from "../../../extension/core/statistics/sums.ts";
import { tallySuggestions } from "../../../extension/core/statistics/tally.ts";

const subject: Subject = { variant: { base: "small", adapter: "shop", context: true } };

/** The order in which listeners hear of a change: the follower of suggestions, or the watcher of accepted texts first. */
type Order = "follower first" | "watcher first";

export function simulatedEditor(order: Order = "follower first") {
  const document = "file:///a.py";
  const records: StatisticsRecord[] = [];
  let [text, cursor, version, now, nextId] = ["", 0, 1, 1_000_000, 0];
  const texts = watchAcceptedTexts((_, { start, end }) => text.slice(start, end));
  const tally = tallySuggestions({
    subjectOf: () => subject,
    add: (record) => records.push(record),
    accepted: ({ suggestion: { id }, place, at }, subject) =>
      texts.accepted({ id, document, version, place, at, subject }),
  });
  const life = followSuggestions((event) => tally.receive(event));

  const change = (offset: number, removed: number, inserted: string): void => {
    text = text.slice(0, offset) + inserted + text.slice(offset + removed);
    cursor = offset + inserted.length;
    version++;
    const watch = (): void => texts.changed(document, version, [{ offset, removed, inserted }]);
    if (order === "watcher first") watch();
    life.changed(document, [{ offset, deleted: removed, text: inserted }], now);
    if (order === "follower first") watch();
  };

  return {
    records,
    texts,
    life,
    tally,
    change,
    get text() {
      return text;
    },
    get now() {
      return now;
    },
    wait: (milliseconds: number): void => {
      now += milliseconds;
      records.push(...texts.check(now));
    },
    type: (typed: string): void => {
      for (const character of typed) {
        now += 100;
        change(cursor, 0, character);
      }
    },
    show: (suggested: string, milliseconds = 40): void => {
      const facts = {
        base: "",
        adapter: undefined,
        trigger: "automatic",
        confidence: 1,
        milliseconds,
        tokens: 4,
      } as const;
      nextId = life.appeared({ document, offset: cursor, texts: [suggested], facts }, now).id;
    },
    /** Tab. */
    accept: (suggested: string): void => {
      change(cursor, 0, suggested);
      life.accepted(nextId, now);
    },
    moveAway: (): void => {
      now += 100;
      life.moved(document, -1, now);
    },
    totals: () => {
      const sums = openSums();
      for (const record of records) sums.add(record);
      return wholeOf(sums);
    },
  };
}
