/** The part of the form with the preset: how long to train. */

import type { TrainingForm } from "../../protocol/training.ts";
import { ChoiceRow } from "../../shared/form/choiceRow.tsx";
import { t } from "../../shared/l10n.ts";

export type Preset = NonNullable<TrainingForm["preset"]>;

const presets: Readonly<Record<Preset, { label: string; note: string }>> = {
  quick: { label: t("Quick"), note: t("Half the passes over the data, at most 100 steps. For a first try.") },
  balanced: { label: t("Balanced"), note: t("The usual choice.") },
  thorough: {
    label: t("Thorough"),
    note: t("Twice the passes. Stops early if held-out data no longer gains from them."),
  },
  paper: { label: t("As in the paper"), note: t("Modules, learning rates and optimizer of arXiv 2308.10462.") },
};

export function PresetField({ preset, onChoose }: { preset: Preset; onChoose: (preset: Preset) => void }) {
  return <ChoiceRow name="preset" legend={t("Preset")} choices={presets} chosen={preset} onChoose={onChoose} />;
}
