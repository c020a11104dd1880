/** What a training would learn from, before it starts: counts, cost, files that are left out, and examples. */

import type { FromTraining, PreviewShown, PreviewState } from "../../protocol/training.ts";
import { Button } from "../../shared/button.tsx";
import { Failure } from "../../shared/failure.tsx";
import { bytes, duration } from "../../shared/figures.ts";
import { t } from "../../shared/l10n.ts";
import { ProgressBar, shareOf } from "../../shared/progressBar.tsx";
import { Examples } from "./examples.tsx";
import { LeftOutFiles } from "./leftOutFiles.tsx";

export interface PreviewProps {
  preview: PreviewState | undefined;
  /** Why there can be none yet. */
  obstacle: string | undefined;
  /** Reasons and files that are taken in spite of the rules. */
  include: readonly string[];
  onInclude: (include: readonly string[]) => void;
  onStart: () => void;
  post: (message: FromTraining) => void;
}

export function Preview({ preview, obstacle, include, onInclude, onStart, post }: PreviewProps) {
  const isRunning = preview?.phase === "running";
  return (
    <section class="preview" aria-label={t("Preview")}>
      {isRunning ? (
        <Button onClick={() => post({ type: "clearPreview" })}>{t("Cancel")}</Button>
      ) : (
        <Button disabled={obstacle !== undefined} onClick={onStart}>
          {preview ? t("Preview again") : t("Preview data")}
        </Button>
      )}
      {isRunning && <Reading reading={preview.reading} />}
      {preview?.phase === "failed" && <Failure message={preview.message} nextStep={preview.nextStep} />}
      {preview?.phase === "done" && <Found found={preview} include={include} onInclude={onInclude} />}
    </section>
  );
}

function Reading({ reading }: { reading: Extract<PreviewState, { phase: "running" }>["reading"] }) {
  return (
    <>
      <ProgressBar share={reading && shareOf(reading.examples, reading.of)} label={t("Reading data")} />
      <p class="note" aria-live="polite">
        {reading ? t("Example {0} of {1}", reading.examples, reading.of) : t("Reading data…")}
      </p>
    </>
  );
}

type FoundProps = { found: PreviewShown } & Pick<PreviewProps, "include" | "onInclude">;

function Found({ found, include, onInclude }: FoundProps) {
  const { files, tokens, sequences, heldOut, steps, cost, examples, leftOut, moreLeftOut } = found;
  const time = cost.seconds === undefined ? "" : `, ${duration(cost.seconds)}`;
  return (
    <>
      <p role="status">
        {t("{0} examples with {1} tokens.", files.toLocaleString(), tokens.toLocaleString())}{" "}
        {t("{0} sequences in {1} steps; {2} held out.", sequences.toLocaleString(), steps, heldOut.toLocaleString())}
      </p>
      <p>{t("About {0} on this machine.", `${bytes(cost.memoryBytes)}${time}`)}</p>
      <LeftOutFiles files={leftOut} more={moreLeftOut} include={include} onInclude={onInclude} />
      <Examples examples={examples} />
    </>
  );
}
