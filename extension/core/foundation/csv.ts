/** Tables as comma-separated values (RFC 4180, with "\n"). */

export type CsvRow = Readonly<Record<string, string | number>>;

/** Returns a line of names and a line for each row. All rows have the columns of the first one. */
export function csvTable(rows: readonly CsvRow[]): string {
  const header = Object.keys(rows[0] ?? {});
  return [header, ...rows.map((row) => Object.values(row))]
    .map((cells) => `${cells.map(quoted).join(",")}\n`)
    .join("");
}

function quoted(cell: string | number): string {
  const text = String(cell);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
