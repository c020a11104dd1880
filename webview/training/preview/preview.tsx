/** What a training would learn from, before it starts: counts, files that are left out, and examples. */

import { useState } from "preact/hooks";
import type { FromTraining, PreviewShown, PreviewState } from "../../protocol/training.ts";
import { Button } from "../../shared/button.tsx";
import { Failure } from "../../shared/failure.tsx";
import { t } from "../../shared/l10n.ts";
import { ProgressBar, shareOf } from "../../shared/progressBar.tsx";
import { Examples } from "./examples.tsx";
import { LeftOutFiles } from "./leftOutFiles.tsx";

export interface PreviewProps {
  preview: PreviewState | undefined;
  /** Why there can be no preview yet. The form says it below "Start training", too. */
  obstacle: string | undefined;
  /** Reasons and files that are taken in spite of the rules. */
  include: readonly string[];
  onInclude: (include: readonly string[]) => void;
  onStart: () => void;
  post: (message: FromTraining) => void;
}

export function Preview({ preview, obstacle, include, onInclude, onStart, post }: PreviewProps) {
  const isRunning = preview?.phase === "running";
  // What is open stays open in the next preview.
  const [open, setOpen] = useState<OpenParts>({ leftOut: false, examples: false });
  const onOpen = (part: Partial<OpenParts>): void => setOpen((before) => ({ ...before, ...part }));
  return (
    <section class="preview" aria-label={t("Preview")}>
      {isRunning ? (
        <Button onClick={() => post({ type: "clearPreview" })}>{t("Cancel")}</Button>
      ) : (
        <Button disabled={obstacle !== undefined} describedBy="why" onClick={onStart}>
          {preview ? t("Preview again") : t("Preview data")}
        </Button>
      )}
      {isRunning && <Reading reading={preview.reading} />}
      {preview?.phase === "failed" && <Failure message={preview.message} nextStep={preview.nextStep} />}
      {preview?.phase === "done" && <Found found={preview} {...{ include, onInclude, open, onOpen }} />}
    </section>
  );
}

export function Reading({ reading }: { reading: Extract<PreviewState, { phase: "running" }>["reading"] }) {
  return (
    <>
      <ProgressBar share={reading && shareOf(reading.examples, reading.of)} label={t("Reading data")} />
      {/* The count changes every other second, so screen readers skip it. */}
      <p class="note">
        <span class={reading && "heard"} aria-live="polite">
          {t("Reading data…")}
        </span>
        {reading && t("Example {0} of {1}", reading.examples, reading.of)}
      </p>
    </>
  );
}

type OpenParts = Record<"leftOut" | "examples", boolean>;

interface FoundProps extends Pick<PreviewProps, "include" | "onInclude"> {
  found: PreviewShown;
  open: OpenParts;
  onOpen: (part: Partial<OpenParts>) => void;
}

function Found({ found, include, onInclude, open, onOpen }: FoundProps) {
  const { files, tokens, sequences, heldOut, steps, examples, leftOut, moreLeftOut } = found;
  return (
    <>
      <p role="status">
        {t("{0} examples with {1} tokens.", files.toLocaleString(), tokens.toLocaleString())}{" "}
        {t("{0} sequences in {1} steps; {2} held out.", sequences.toLocaleString(), steps, heldOut.toLocaleString())}
      </p>
      <LeftOutFiles
        files={leftOut}
        more={moreLeftOut}
        include={include}
        onInclude={onInclude}
        isOpen={open.leftOut}
        onOpen={(isOpen) => onOpen({ leftOut: isOpen })}
      />
      <Examples examples={examples} isOpen={open.examples} onOpen={(isOpen) => onOpen({ examples: isOpen })} />
    </>
  );
}
