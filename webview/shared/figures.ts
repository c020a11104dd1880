/** Formats numbers so that they are easy to read. */

import { t } from "./l10n.ts";

/** Formats a number with two significant digits, or a dash if it is unknown. */
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

/** Formats bytes, such as "988 MB" or "1.2 GB". */
export function bytes(number: number): string {
  return number < 1e9 ? t("{0} MB", Math.ceil(number / 1e6)) : t("{0} GB", (number / 1e9).toFixed(1));
}

/** Formats a number of parameters, such as "6.2 million" or "1.5 billion". */
export function count(number: number): string {
  const inMillions = number / 1e6;
  if (inMillions >= 1000) return t("{0} billion", (inMillions / 1000).toFixed(1));
  return t("{0} million", inMillions < 10 ? inMillions.toFixed(1) : Math.round(inMillions));
}

/** Formats a difference with its sign: "+4", "−2", "±0". Core does the same in foundation/numbers/signed.ts. */
export function signed(value: number, digits = 0): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return `±${text}`;
  return value < 0 ? `−${text}` : `+${text}`;
}
