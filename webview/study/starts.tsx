/** The ways to begin a study: the user's own, an adapter against its base, and the paper's questions. */

import { useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { PaperDataState } from "../protocol/paperData.ts";
import type { FromStudies, StudiesState, StudyFields } from "../protocol/study.ts";
import { Button } from "../shared/button.tsx";
import { CodeAlpacaPyOffer } from "../shared/form/codeAlpacaPyOffer.tsx";
import { Field } from "../shared/form/field.tsx";
import { NumberInput } from "../shared/form/numberInput.tsx";
import { acceptsOptional } from "../shared/form/wholeNumber.ts";
import { t } from "../shared/l10n.ts";
import { adapterDraft, blankStudy } from "./draft.ts";
import type { Change } from "./pageState.ts";

export interface StartsProps {
  studies: Pick<StudiesState, "adapters" | "heldOut">;
  fields: StudyFields;
  paperData: PaperDataState | undefined;
  post: (message: FromStudies) => void;
  change: (change: Change) => void;
}

export function Starts({ studies, fields, paperData, post, change }: StartsProps) {
  return (
    <div class="starts">
      <Start
        title={t("A study of my own")}
        note={t("Choose suites and candidates.")}
        action={t("New study…")}
        onClick={() => change({ type: "drafting", draft: blankStudy })}
      />
      <AdapterStart studies={studies} change={change} />
      <PaperStart fields={fields} paperData={paperData} post={post} />
    </div>
  );
}

/** Starts with the first adapter, which is the one in use if there is one. The form lets the user choose another. */
function AdapterStart({ studies: { adapters, heldOut }, change }: Pick<StartsProps, "studies" | "change">) {
  const [adapter] = adapters;
  return (
    <Start
      title={t("Is my adapter better?")}
      note={
        adapter === undefined
          ? t("Train an adapter first.")
          : t("An adapter against the base alone; on held-out code, with and without the repository.")
      }
      action={t("Compare an adapter…")}
      isOff={adapter === undefined}
      onClick={() => adapter !== undefined && change({ type: "drafting", draft: adapterDraft(adapter, heldOut) })}
    />
  );
}

function PaperStart({ fields: { limit }, paperData, post }: Pick<StartsProps, "fields" | "paperData" | "post">) {
  const [tasks, setTasks] = useState("");
  const isValid = acceptsOptional(limit, tasks);
  return (
    <Start
      title={t("The paper's questions")}
      note={t("Every training method against examples in the prompt. Trains what is missing, which takes hours.")}
      action={t("Create")}
      isOff={!isValid}
      onClick={() => post({ type: "createPaper", ...(tasks !== "" && { limit: Number(tasks) }) })}
    >
      <Field
        id="paper-tasks"
        label={t("Tasks of each suite")}
        hint={t("The first ones; all if empty. Trainings stay whole.")}
        problem={isValid ? undefined : t("Tasks: give a whole number from {0} on, or none for all.", limit.minimum)}
      >
        <NumberInput id="paper-tasks" field={limit} typed={tasks} onType={setTasks} whenEmpty={t("all")} />
      </Field>
      {paperData !== undefined && paperData.codealpacapy !== "here" && (
        <>
          <p class="note">{t("On CoNaLa only, as long as CodeAlpacaPy is missing.")}</p>
          <CodeAlpacaPyOffer paperData={paperData} onGet={() => post({ type: "getCodeAlpacaPy" })} />
        </>
      )}
    </Start>
  );
}

interface StartProps {
  title: string;
  note: string;
  action: string;
  isOff?: boolean;
  onClick: () => void;
  children?: ComponentChildren;
}

function Start({ title, note, action, isOff = false, onClick, children }: StartProps) {
  return (
    <div class="card start">
      <h2 class="name">{title}</h2>
      <p class="note">{note}</p>
      {children}
      <div class="actions">
        <Button disabled={isOff} onClick={onClick} label={`${action} ${title}`}>
          {action}
        </Button>
      </div>
    </div>
  );
}
