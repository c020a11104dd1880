/** Examples as the model will see them, one by one. */

import { useState } from "preact/hooks";
import type { PreviewShown } from "../../protocol/training.ts";
import { Button } from "../../shared/button.tsx";
import { t } from "../../shared/l10n.ts";

export interface ExamplesProps extends Pick<PreviewShown, "examples"> {
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
}

export function Examples({ examples, isOpen, onOpen }: ExamplesProps) {
  const [chosen, choose] = useState(0);
  const at = Math.min(chosen, examples.length - 1);
  const example = examples[at];
  if (!example) return null;
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => onOpen(currentTarget.open)}>
      <summary>{t("Examples, as the model sees them")}</summary>
      <p class="note">{t("The model learns to write what is marked, and reads the rest.")}</p>
      <div class="buttons">
        <Button disabled={at === 0} onClick={() => choose(at - 1)}>
          {t("Previous")}
        </Button>
        <Button disabled={at === examples.length - 1} onClick={() => choose(at + 1)}>
          {t("Next")}
        </Button>
      </div>
      <p class="note" aria-live="polite">
        {t("Example {0} of {1}", at + 1, examples.length)}
      </p>
      <pre tabIndex={0}>
        {example.map(({ text, learned }, i) => (learned ? <mark key={i}>{text}</mark> : <span key={i}>{text}</span>))}
      </pre>
    </details>
  );
}
