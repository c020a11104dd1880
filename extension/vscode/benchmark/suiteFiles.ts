/** The kinds of files that hold tasks and examples, for the dialogs that choose them. */

export const suiteFiles: Readonly<Record<string, string[]>> = { "JSON Lines, Parquet": ["jsonl", "parquet"] };
