/** The part of the form with the training method. */

import { ChoiceGroup } from "../shared/form/choice.tsx";
import { t } from "../shared/l10n.ts";
import type { Method } from "./draft.ts";

export const methods: Readonly<Record<Method, { label: string; note: string }>> = {
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
  return <ChoiceGroup name="method" legend={t("Method")} choices={methods} chosen={method} onChoose={onChoose} />;
}
