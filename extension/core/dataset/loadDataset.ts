/** The old name of paperDatasets.ts, until nobody imports it. */

export { findPaperFile, isPaperDataset, type Split } from "./paperDatasets.ts";
