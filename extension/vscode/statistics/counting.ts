/** Counts what becomes of this window's suggestions, and writes the records. Counts nothing while the setting is off. */

import type * as vscode from "vscode";
import pLimit from "p-limit";
import { pendingRecords } from "../../core/statistics/pendingRecords.ts";
import type { StatisticsRecord, Subject } from "../../core/statistics/record.ts";
import type { RecordFiles } from "../../core/statistics/recordFiles.ts";
import { tallySuggestions } from "../../core/statistics/tally.ts";
import type { SuggestionEvents } from "../completion/suggestionEvents.ts";
import type { Configuration } from "../configuration.ts";
import { watchKeptTexts } from "./keptTexts.ts";

export interface CountingOptions {
  events: SuggestionEvents;
  files: RecordFiles;
  configuration: Configuration;
  /** What makes suggestions now. */
  subject: () => Subject;
  onWritten: () => void;
  onError: (error: unknown) => void;
}

export interface Counting {
  /** Writes what has been counted so far. */
  flush(): Promise<void>;
  /** Forgets what has not been written, and the texts that are still to be checked. */
  forget(): void;
}

/** Records of this many milliseconds are written together. */
const writingInterval = 2000;

export function countSuggestions(options: CountingOptions, subscriptions: vscode.Disposable[]): Counting {
  const { events, files, configuration, subject, onWritten, onError } = options;
  const isOn = (): boolean => configuration.get("statistics.enable");
  const inTurn = pLimit(1);
  const pending = pendingRecords();
  let timer: NodeJS.Timeout | undefined;

  const flush = (): Promise<void> =>
    inTurn(async () => {
      clearTimeout(timer);
      timer = undefined;
      const records = pending.take();
      if (records.length === 0) return;
      await files.append(records).then(onWritten, onError);
    });
  const add = (record: StatisticsRecord): void => {
    if (!isOn()) return;
    pending.add(record);
    timer ??= setTimeout(() => void flush(), writingInterval);
  };

  const kept = watchKeptTexts(add, subscriptions);
  const tally = tallySuggestions({
    subjectOf: subject,
    add,
    accepted: ({ suggestion: { id, document }, place, at }, subject) =>
      kept.accepted({ id, document, place, at, subject }),
  });
  const forget = (): void => {
    pending.take();
    tally.end(Date.now());
    pending.take();
    kept.clear();
  };

  subscriptions.push(
    events.onDidHappen((event) => {
      if (isOn()) tally.receive(event);
    }),
    configuration.onDidChange((keys) => {
      if (keys.includes("statistics.enable") && !isOn()) forget();
    }),
    {
      dispose: () => {
        tally.end(Date.now());
        void flush();
      },
    },
  );
  return { flush, forget };
}
