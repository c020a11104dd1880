/** Numbers as a reader takes them in at a glance. */

import { t } from "./l10n.ts";

/** Two digits that mean something; a dash for what is not known. */
export function loss(value: number): string {
  return Number.isFinite(value) ? value.toFixed(value < 0.1 ? 4 : 2) : "–";
}

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return t("{0} s", whole);
  if (whole < 3600) return t("{0} min {1} s", Math.floor(whole / 60), whole % 60);
  return t("{0} h {1} min", Math.floor(whole / 3600), Math.floor((whole % 3600) / 60));
}

/** "988 MB", "1.2 GB". */
export function bytes(number: number): string {
  return number < 1e9 ? t("{0} MB", Math.ceil(number / 1e6)) : t("{0} GB", (number / 1e9).toFixed(1));
}

/** Of parameters: "6.2 million", "1.5 billion". */
export function count(number: number): string {
  const inMillions = number / 1e6;
  if (inMillions >= 1000) return t("{0} billion", (inMillions / 1000).toFixed(1));
  return t("{0} million", inMillions < 10 ? inMillions.toFixed(1) : Math.round(inMillions));
}
