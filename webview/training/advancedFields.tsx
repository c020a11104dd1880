/** The choices that most users do not change: method, its size, and passes over the training data. */

import type { TrainingNumbers } from "../protocol/training.ts";
import { Field } from "../shared/form/field.tsx";
import { t } from "../shared/l10n.ts";
import { NumberInput } from "../shared/form/numberInput.tsx";
import { numberLabels, sizes, type FormDraft } from "./draft.ts";
import { Fold } from "../shared/form/fold.tsx";
import { MethodField, methods } from "./methodField.tsx";

export interface AdvancedFieldsProps {
  draft: FormDraft;
  numbers: TrainingNumbers;
  edit: (part: Partial<FormDraft>) => void;
}

const sizeHints = {
  rank: t("A higher rank learns more and is slower. Automatic: by base and data."),
  virtualTokens: t(
    "Trained tokens in front of the text. Each takes up one token of the context. Automatic: by method.",
  ),
};

export function AdvancedFields({ draft, numbers, edit }: AdvancedFieldsProps) {
  const size = sizes[draft.method];
  return (
    <Fold
      title={t("Advanced")}
      holds={choicesOf(draft)}
      isOpen={draft.advanced}
      onToggle={(advanced) => edit({ advanced })}
    >
      <MethodField method={draft.method} onChoose={(method) => edit({ method })} />
      {size && (
        <Field key={size} id={size} label={numberLabels[size]} hint={sizeHints[size]}>
          <NumberInput
            id={size}
            field={numbers[size]}
            typed={draft[size]}
            whenEmpty={t("Automatic")}
            onType={(text) => edit({ [size]: text })}
          />
        </Field>
      )}
      <Field
        id="epochs"
        label={numberLabels.epochs}
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

/** "LoRA · Rank: 16": the method, and the numbers that are not left to Graft. */
function choicesOf(draft: FormDraft): string {
  const size = sizes[draft.method];
  const named = (label: string, text = ""): string[] => (text === "" ? [] : [`${label}: ${text}`]);
  return [
    methods[draft.method].label,
    ...(size ? named(numberLabels[size], draft[size]) : []),
    ...named(numberLabels.epochs, draft.epochs),
  ].join(" · ");
}
