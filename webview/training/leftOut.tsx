/** One line about the files that are not trained on, by reason, with a link to the list. */

import type { LeftOut } from "../protocol/training.ts";
import { Button } from "../shared/button.tsx";
import { t } from "../shared/l10n.ts";

/** Reasons in display order. */
export const inWords: Readonly<Record<keyof LeftOut, (count: number) => string>> = {
  secret: (count) => t("{0} with secrets", count),
  ignored: (count) => t("{0} ignored by git", count),
  duplicate: (count) => t("{0} duplicate", count),
  unparsable: (count) => t("{0} not valid Python", count),
  generated: (count) => t("{0} generated", count),
  minified: (count) => t("{0} minified", count),
  environment: (count) => t("{0} in environments", count),
  installed: (count) => t("{0} installed", count),
  hidden: (count) => t("{0} hidden", count),
  large: (count) => t("{0} too large", count),
  binary: (count) => t("{0} binary", count),
  encoding: (count) => t("{0} not UTF-8", count),
  empty: (count) => t("{0} empty", count),
  unreadable: (count) => t("{0} unreadable", count),
};

/** Renders nothing if no files are left out. */
export function LeftOutLine({ leftOut, onShow }: { leftOut: LeftOut | undefined; onShow: () => void }) {
  if (!leftOut) return null;
  const parts = Object.entries(inWords).flatMap(([reason, words]) => {
    const count = leftOut[reason as keyof LeftOut];
    return count === undefined ? [] : [words(count)];
  });
  return (
    <p class="note left-out">
      {t("Left out: {0}.", parts.join(", "))}{" "}
      <Button style="link" onClick={onShow}>
        {t("Show list")}
      </Button>
    </p>
  );
}
