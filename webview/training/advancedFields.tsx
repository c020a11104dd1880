/** The advanced fields, which most users do not change: passes over the training data, and the size of the method. */

import type { TrainingNumbers } from "../protocol/training.ts";
import { Field } from "../shared/form/field.tsx";
import { t } from "../shared/l10n.ts";
import { NumberInput } from "../shared/form/numberInput.tsx";
import { numberLabels, sizes, type FormDraft } from "./draft.ts";

export interface AdvancedFieldsProps {
  draft: FormDraft;
  numbers: TrainingNumbers;
  edit: (part: Partial<FormDraft>) => void;
}

const sizeHints = {
  rank: t("A higher rank learns more and is slower."),
  virtualTokens: t("Trained tokens in front of the text. Each takes up one token of the context."),
};

export function AdvancedFields({ draft, numbers, edit }: AdvancedFieldsProps) {
  const size = sizes[draft.method];
  return (
    <details open={draft.advanced} onToggle={({ currentTarget }) => edit({ advanced: currentTarget.open })}>
      <summary>{t("Advanced")}</summary>
      <Field
        id="epochs"
        label={t("Epochs")}
        hint={t("Passes over the data. Automatic: as the preset says, more for little data.")}
      >
        <NumberInput
          id="epochs"
          field={numbers.epochs}
          typed={draft.epochs}
          whenEmpty={t("Automatic")}
          onType={(epochs) => edit({ epochs })}
        />
      </Field>
      {size && (
        <Field key={size} id={size} label={numberLabels[size]} hint={sizeHints[size]}>
          <NumberInput id={size} field={numbers[size]} typed={draft[size]} onType={(text) => edit({ [size]: text })} />
        </Field>
      )}
    </details>
  );
}
