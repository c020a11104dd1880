/** Scores as a reader takes them in: CodeBLEU with four digits, percentages with two. */

import { t } from "../shared/l10n.ts";

const titles: Readonly<Record<string, string>> = {
  codebleu: "CodeBLEU",
  chrf: "chrF",
  "chrf++": "chrF++",
  editSimilarity: t("Edit similarity"),
};

/** "EM@10", "pass@1", "CodeBLEU". */
export function scoreTitle(name: string): string {
  return titles[name] ?? name.replace(/^em@/, "EM@");
}

/** Whether there is room for it in a table: parts of measures are for exports. */
export function isWhole(name: string): boolean {
  return !name.includes(".");
}

export function scoreText(name: string, value: number): string {
  return value.toFixed(name.startsWith("codebleu") ? 4 : 2);
}

export function intervalText(name: string, { low, high }: { low: number; high: number }): string {
  return `${scoreText(name, low)} – ${scoreText(name, high)}`;
}
