/** The choices that most users do not change: method, its size, and passes over the training data. */

import type { TrainingNumbers } from "../protocol/training.ts";
import { Field } from "../shared/form/field.tsx";
import { t } from "../shared/l10n.ts";
import { NumberInput } from "../shared/form/numberInput.tsx";
import { textOf } from "../shared/form/wholeNumber.ts";
import { numberLabels, sizes, type FormDraft } from "./draft.ts";
import { Fold } from "../shared/form/fold.tsx";
import { MethodField, methods } from "./methodField.tsx";

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
    <Fold
      title={t("Advanced")}
      holds={choicesOf(draft, numbers)}
      isOpen={draft.advanced}
      onToggle={(advanced) => edit({ advanced })}
    >
      <MethodField method={draft.method} onChoose={(method) => edit({ method })} />
      {size && (
        <Field key={size} id={size} label={numberLabels[size]} hint={sizeHints[size]}>
          <NumberInput id={size} field={numbers[size]} typed={draft[size]} onType={(text) => edit({ [size]: text })} />
        </Field>
      )}
      <Field
        id="epochs"
        label={epochsLabel}
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
    </Fold>
  );
}

const epochsLabel = t("Epochs");

/** "LoRA, rank 16" in the words of the fields. */
function choicesOf(draft: FormDraft, numbers: TrainingNumbers): string {
  const size = sizes[draft.method];
  const named = (label: string, text: string): string[] => (text === "" ? [] : [`${label}: ${text}`]);
  return [
    methods[draft.method].label,
    ...(size ? named(numberLabels[size], textOf(numbers[size], draft[size])) : []),
    ...named(epochsLabel, draft.epochs ?? ""),
  ].join(" · ");
}
