/** The part of the form with the training method. */

import { Choice } from "../shared/form/choice.tsx";
import { t } from "../shared/l10n.ts";
import type { Method } from "./draft.ts";

const methods: Readonly<Record<Method, { label: string; note: string }>> = {
  lora: {
    label: "LoRA",
    note: t("Adds small trained matrices to the weights. Strongest effect; the usual choice."),
  },
  ia3: {
    label: "IA3",
    note: t("Scales activations by trained factors. Small and quick; a light touch."),
  },
  prefix: {
    label: t("Prefix tuning"),
    note: t("Adds trained keys and values in front of every prompt, in each layer."),
  },
  prompt: {
    label: t("Prompt tuning"),
    note: t("Adds a few trained tokens in front of every prompt. Smallest effect."),
  },
};

export function MethodField({ method, onChoose }: { method: Method; onChoose: (method: Method) => void }) {
  return (
    <fieldset>
      <legend>{t("Method")}</legend>
      {Object.entries(methods).map(([value, { label, note }]) => (
        <Choice
          key={value}
          name="method"
          value={value as Method}
          chosen={method}
          label={label}
          note={note}
          onChoose={onChoose}
        />
      ))}
    </fieldset>
  );
}
