/** The form for a new study: suites, candidates, and how they are evaluated. */

import type { PaperDataState } from "../protocol/paperData.ts";
import type { FromStudies, StudiesState, StudyFields } from "../protocol/study.ts";
import { Button } from "../shared/button.tsx";
import { CodeAlpacaPyOffer } from "../shared/form/codeAlpacaPyOffer.tsx";
import { Field } from "../shared/form/field.tsx";
import { NumberInput } from "../shared/form/numberInput.tsx";
import { Select } from "../shared/form/select.tsx";
import { t } from "../shared/l10n.ts";
import { CandidateFields } from "./candidateFields.tsx";
import { Check } from "../shared/form/check.tsx";
import { adapterDraft, lacksCodeAlpacaPy, obstacle, toStudyForm, type StudyDraft } from "./draft.ts";
import type { Change } from "./pageState.ts";
import { TextInput } from "../shared/form/textInput.tsx";

export interface NewStudyProps {
  draft: StudyDraft;
  fields: StudyFields;
  paperData: PaperDataState | undefined;
  studies: StudiesState;
  post: (message: FromStudies) => void;
  change: (change: Change) => void;
}

export function NewStudy(props: NewStudyProps) {
  const { draft, fields, paperData, post, change } = props;
  const edit = (part: Partial<StudyDraft>): void => change({ type: "edited", part });
  const reason = obstacle(draft, fields, paperData);
  return (
    <form
      noValidate
      aria-label={t("New study")}
      onSubmit={(event) => {
        event.preventDefault();
        if (reason !== undefined) return;
        post({ type: "create", form: toStudyForm(draft, fields) });
        change({ type: "drafting", draft: undefined });
      }}
    >
      <h1>{t("New study")}</h1>
      <Compared draft={draft} studies={props.studies} edit={edit} />
      <div class="title">
        <Field id="title" label={t("Title")} hint={t("The question that the study answers.")}>
          <TextInput id="title" value={draft.title} longest={fields.most.title} onType={(title) => edit({ title })} />
        </Field>
      </div>
      <SuiteFields {...{ draft, paperData, edit, post }} heldOut={props.studies.heldOut} />
      <CandidateFields draft={draft} studies={props.studies} edit={edit} post={post} />
      <HowFields draft={draft} fields={fields} edit={edit} />
      <div class="actions">
        <button type="submit" class="primary" aria-describedby="obstacle" disabled={reason !== undefined}>
          {t("Create and plan")}
        </button>
        <Button onClick={() => change({ type: "drafting", draft: undefined })}>{t("Back")}</Button>
        <span class="note" id="obstacle" aria-live="polite">
          {reason}
        </span>
        {reason !== undefined && lacksCodeAlpacaPy(draft, paperData) && (
          <Button disabled={paperData?.codealpacapy === "coming"} onClick={() => post({ type: "getCodeAlpacaPy" })}>
            {t("Get CodeAlpacaPy…")}
          </Button>
        )}
      </div>
    </form>
  );
}

type Edit = (part: Partial<StudyDraft>) => void;

/** Which adapter "Is my adapter better?" is about. Another one brings its own title and suites. */
function Compared({ draft: { compared }, studies, edit }: Pick<NewStudyProps, "draft" | "studies"> & { edit: Edit }) {
  const { adapters, isInUse, heldOut } = studies;
  if (compared === "") return null;
  const choose = (name: string): void => {
    const { title, adapters: chosen, paper, paths, hasRepository } = adapterDraft(name, heldOut);
    edit({ compared: name, title, adapters: chosen, paper, paths, hasRepository });
  };
  const labels = adapters.map((name, i) => [name, isInUse && i === 0 ? t("{0}, in use", name) : name] as const);
  return (
    <div class="title">
      <Field
        id="compared"
        label={t("Adapter")}
        hint={
          heldOut[compared] === undefined
            ? t("No files are known that its training held out: compare it on code like what it learned.")
            : t("Compared on the files that its training held out.")
        }
      >
        <Select id="compared" options={Object.fromEntries(labels)} chosen={compared} onChoose={choose} />
      </Field>
    </div>
  );
}

interface SuiteFieldsProps extends Pick<NewStudyProps, "draft" | "paperData" | "post"> {
  heldOut: StudiesState["heldOut"];
  edit: Edit;
}

const paperSuites: readonly (readonly [string, string])[] = [
  ["conala", t("CoNaLa, 543 tasks")],
  ["codealpacapy", t("CodeAlpacaPy, 627 tasks")],
];

function SuiteFields({ draft: { paper, paths }, heldOut, paperData, edit, post }: SuiteFieldsProps) {
  const nameOf = (path: string): string => {
    const [adapter] = Object.entries(heldOut).find(([, suite]) => suite === path) ?? [];
    return adapter === undefined ? path : t("Held-out files of {0}", adapter);
  };
  return (
    <fieldset>
      <legend>{t("Suites")}</legend>
      {paperSuites.map(([name, label]) => (
        <Check
          key={name}
          label={label}
          checked={paper.includes(name)}
          onChange={(on) => edit({ paper: on ? [...paper, name] : paper.filter((one) => one !== name) })}
        />
      ))}
      {paper.includes("codealpacapy") && (
        <CodeAlpacaPyOffer paperData={paperData} onGet={() => post({ type: "getCodeAlpacaPy" })} />
      )}
      <ul class="paths">
        {paths.map((path) => (
          <li key={path}>
            <span class="path" title={path}>
              {nameOf(path)}
            </span>
            <Button
              style="link"
              label={t("Remove {0}", nameOf(path))}
              onClick={() => edit({ paths: paths.filter((one) => one !== path) })}
            >
              {t("Remove")}
            </Button>
          </li>
        ))}
      </ul>
      <div class="actions">
        <Button onClick={() => post({ type: "choosePath", what: "file" })}>{t("Add a file…")}</Button>
        <Button onClick={() => post({ type: "choosePath", what: "folder" })}>{t("Add held-out code…")}</Button>
      </div>
      <p class="note">
        {t("Files: pairs of intent and code, MBPP, HumanEval, APPS, CrossCodeEval, RepoBench, RepoPeftBench.")}
      </p>
    </fieldset>
  );
}

const protocols = {
  graft: t("Graft's"),
  "paper-v2": t("The paper's, version 2"),
  "paper-v3": t("The paper's, version 3"),
};

const decodings = {
  beams: t("The suite's default"),
  greedy: t("Greedy: one answer"),
  samples: t("Five samples"),
};

function HowFields({ draft, fields, edit }: { draft: StudyDraft; fields: StudyFields; edit: Edit }) {
  return (
    <div class="fields">
      <Field id="protocol" label={t("Protocol")} hint={t("Rules for prompts, stops and comparison.")}>
        <Select id="protocol" options={protocols} chosen={draft.protocol} onChoose={(protocol) => edit({ protocol })} />
      </Field>
      <Field id="decoding" label={t("Decoding")} hint={t("Ten beams for pairs, five samples for suites with tests.")}>
        <Select id="decoding" options={decodings} chosen={draft.decoding} onChoose={(decoding) => edit({ decoding })} />
      </Field>
      <Field id="limit" label={t("Tasks")} hint={t("How many, from the start of each suite.")}>
        <NumberInput
          id="limit"
          field={fields.limit}
          typed={draft.limit}
          whenEmpty={t("all")}
          onType={(limit) => edit({ limit })}
        />
      </Field>
      <Field id="seeds" label={t("Seeds")} hint={t("Separated by commas. A run for each, where a seed matters.")}>
        <TextInput id="seeds" value={draft.seeds} onType={(seeds) => edit({ seeds })} />
      </Field>
    </div>
  );
}
