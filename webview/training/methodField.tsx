/** The part of the form with the training method. */

import { Choice } from "../shared/form/choice.tsx";
import { t } from "../shared/l10n.ts";
import type { Method } from "./draft.ts";

const methods: Readonly<Record<Method, { label: string; note: string }>> = {
  lora: {
    label: "LoRA",
    note: t("Learns small matrices beside the weights. Learns most; the usual choice."),
  },
  ia3: {
    label: "IA3",
    note: t("Learns one factor per channel. Small and quick; for a light touch."),
  },
  prefix: {
    label: t("Prefix tuning"),
    note: t("Learns what every layer sees in front of your text."),
  },
  prompt: {
    label: t("Prompt tuning"),
    note: t("Learns words of its own, read in front of your text. Learns least."),
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
