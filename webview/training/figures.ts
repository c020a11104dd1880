/** Numbers as a reader takes them in at a glance. */

import { t } from "../shared/l10n.ts";

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
