/**
 * The length of a training in words, the same before it and while it runs: in steps, which its progress counts, and in passes over the
 * data, which presets and the field for epochs are about.
 */

import { t } from "../../shared/l10n.ts";

interface Length {
  steps: number;
  epochs: number;
}

export function lengthText({ steps, epochs }: Length): string {
  const inSteps = steps === 1 ? t("1 step") : t("{0} steps", steps);
  return t("{0}, {1}", inSteps, passesText({ epochs }));
}

export function passesText({ epochs }: Pick<Length, "epochs">): string {
  const passes = Number(epochs < 1 ? epochs.toPrecision(1) : epochs.toFixed(1));
  return passes === 1 ? t("1 pass over the data") : t("{0} passes over the data", passes);
}
