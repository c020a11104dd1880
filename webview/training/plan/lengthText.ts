/**
 * The length of a training in words, the same before it and while it runs: in steps, which its progress counts, and in passes over the
 * data, which presets and the field for epochs are about.
 */

import { t } from "../../shared/l10n.ts";

export function lengthText({ steps, epochs }: { steps: number; epochs: number }): string {
  const inSteps = steps === 1 ? t("1 step") : t("{0} steps", steps);
  const passes = Number(epochs < 1 ? epochs.toPrecision(1) : epochs.toFixed(1));
  return t("{0}, {1}", inSteps, passes === 1 ? t("1 pass over the data") : t("{0} passes over the data", passes));
}
