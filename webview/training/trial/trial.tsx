/** Answers "Did it help here?": a sentence, bars, what to try, completions at held-out lines, and all figures. */

import type { TrialShown } from "../../protocol/trial.ts";
import { t } from "../../shared/l10n.ts";
import { TrialBars } from "./trialBars.tsx";
import { TrialExamples } from "./trialExamples.tsx";
import { TrialTable } from "./trialTable.tsx";
import { adviceText, generalText, otherText, verdictText } from "./trialWords.ts";

export function Trial({ trial, epochs }: { trial: TrialShown; epochs: number | undefined }) {
  const other = otherText(trial);
  const advice = adviceText(trial, epochs);
  const general = generalText(trial);
  const { files, served, best, worst } = trial;
  return (
    <section class="trial" aria-labelledby="trial">
      <h3 id="trial">{t("Did it help here?")}</h3>
      <p>{verdictText(trial)}</p>
      {other && <p>{other}</p>}
      <TrialBars trial={trial} />
      {general && <p>{general}</p>}
      {advice && <p>{advice}</p>}
      <p class="note">
        {files === 1
          ? t("{0} lines of 1 file that it was not trained on, completed as in the editor.", served.lines)
          : t("{0} lines of {1} files that it was not trained on, completed as in the editor.", served.lines, files)}
      </p>
      {best.length + worst.length > 0 && (
        <details>
          <summary>{t("Completions at held-out places")}</summary>
          <TrialExamples title={t("Better with the adapter")} examples={best} />
          <TrialExamples title={t("Worse with the adapter")} examples={worst} />
        </details>
      )}
      <details>
        <summary>{t("All figures")}</summary>
        <TrialTable trial={trial} />
      </details>
    </section>
  );
}
