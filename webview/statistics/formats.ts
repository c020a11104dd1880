/** Numbers and names of the statistics as people read them. */

import type { ArmSetting } from "../protocol/statistics.ts";
import { signed } from "../shared/figures.ts";
import { t } from "../shared/l10n.ts";

/** "26 %", or a dash if there is nothing to share. */
export function percent(share: number | undefined): string {
  return share === undefined ? "–" : t("{0} %", Math.round(100 * share));
}

/** "120 (26 %)" */
export function countAndShare(count: number, whole: number): string {
  if (whole === 0) return count.toLocaleString();
  return `${count.toLocaleString()} (${percent(count / whole)})`;
}

export function milliseconds(value: number | undefined): string {
  return value === undefined ? "–" : t("{0} ms", Math.round(value).toLocaleString());
}

/** Suggestions out of a hundred. */
export function ofHundred(share: number): string {
  return String(Math.round(100 * share));
}

/** An estimate, rounded up to two digits. */
export function about(number: number): string {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, number))) - 1);
  return (Math.ceil(number / unit) * unit).toLocaleString();
}

/** A difference of shares in points, with its sign. */
export function signedPoints(share: number): string {
  return signed(100 * share);
}

export interface Named extends ArmSetting {
  base: string;
}

/** @param withContext whether to say where the context came from, because others differ in it */
export function nameOf({ base, adapter, context }: Named, withContext: boolean): string {
  const name = adapter === null ? t("{0} alone", base) : t("{0} on {1}", adapter, base);
  if (!withContext) return name;
  return context ? t("{0}, with repository", name) : t("{0}, file only", name);
}
