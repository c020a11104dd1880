/** A process that appends records as a window does. For tests of windows that write at once. */

import { argv } from "node:process";
import { openRecordFiles } from "../../../extension/core/statistics/recordFiles.ts";
import type { StatisticsRecord } from "../../../extension/core/statistics/record.ts";

const [, , folder = "", base = "", times = "0"] = argv;
const files = openRecordFiles(folder);
for (let i = 0; i < Number(times); i++) {
  const record: StatisticsRecord = {
    kind: "silence",
    at: Date.UTC(2026, 10, 26, 12),
    variant: { base, adapter: null, context: false },
    times: 1,
  };
  await files.append([record, record]);
}
