/** Records that wait to be written. Silences of the same subject become one record. */

import type { StatisticsRecord } from "./record.ts";

export interface PendingRecords {
  add(record: StatisticsRecord): void;
  /** Returns the records and forgets them. */
  take(): StatisticsRecord[];
}

export function pendingRecords(): PendingRecords {
  let records: StatisticsRecord[] = [];
  return {
    add: (record) => {
      const last = records.findLastIndex(({ kind }) => kind === "silence");
      const earlier = records[last];
      if (record.kind === "silence" && earlier?.kind === "silence" && isSameSubject(earlier, record)) {
        records[last] = { ...record, times: earlier.times + record.times };
      } else records.push(record);
    },
    take: () => {
      const taken = records;
      records = [];
      return taken;
    },
  };
}

function isSameSubject(one: StatisticsRecord, other: StatisticsRecord): boolean {
  const subjectOf = ({ variant, part }: StatisticsRecord): string => JSON.stringify([variant, part]);
  return subjectOf(one) === subjectOf(other);
}
