/** The form that starts an evaluation. */

import type { EvaluationNumbers, FromBenchmark } from "../protocol/benchmark.ts";
import type { PaperDataState } from "../protocol/paperData.ts";
import { CodeAlpacaPyOffer } from "../shared/form/codeAlpacaPyOffer.tsx";
import { Field } from "../shared/form/field.tsx";
import { t } from "../shared/l10n.ts";
import { NumberInput } from "../shared/form/numberInput.tsx";
import { Select } from "../shared/form/select.tsx";
import { hasExamples, obstacle, toEvaluationForm, withAdapter, type FormDraft } from "./draft.ts";
import { FileChooser } from "./fileChooser.tsx";

export interface FormProps {
  draft: FormDraft;
  numbers: EvaluationNumbers;
  paperData: PaperDataState | undefined;
  adapters: readonly string[];
  edit: (part: Partial<FormDraft>) => void;
  post: (message: FromBenchmark) => void;
}

export function Form(props: FormProps) {
  const { draft, numbers, paperData, adapters, edit, post } = props;
  const reason = obstacle(draft, numbers, paperData);
  const isCode = draft.suite === "folder";
  return (
    <form
      noValidate
      aria-label={t("New evaluation")}
      onSubmit={(event) => {
        event.preventDefault();
        if (reason === undefined) post({ type: "start", form: toEvaluationForm(draft, numbers) });
      }}
    >
      <div class="fields">
        <SuiteField {...props} />
        <AdapterField adapter={draft.adapter} adapters={adapters} edit={edit} />
        {!isCode && (
          <Field id="mode" label={t("Prompts")} hint={t("How a task is put to the model.")}>
            <Select id="mode" options={modes} chosen={draft.mode} onChoose={(mode) => edit({ mode })} />
          </Field>
        )}
        {hasExamples(draft) && <ExampleFields {...props} />}
        {!isCode && (
          <Field id="protocol" label={t("Protocol")} hint={t("Rules for prompts, stops and comparison.")}>
            <Select
              id="protocol"
              options={protocols}
              chosen={draft.protocol}
              onChoose={(protocol) => edit({ protocol })}
            />
          </Field>
        )}
        <Field id="limit" label={t("Tasks")} hint={t("How many, from the start of the suite.")}>
          <NumberInput
            id="limit"
            field={numbers.limit}
            typed={draft.limit}
            whenEmpty={t("all")}
            onType={(limit) => edit({ limit })}
          />
        </Field>
        <Field id="seed" label={t("Seed")} hint={t("Random seed of examples, samples and intervals.")}>
          <NumberInput id="seed" field={numbers.seed} typed={draft.seed} onType={(seed) => edit({ seed })} />
        </Field>
      </div>
      <div class="actions">
        <button type="submit" class="primary" aria-describedby="obstacle" disabled={reason !== undefined}>
          {t("Evaluate")}
        </button>
        <span class="note" id="obstacle" aria-live="polite">
          {reason}
        </span>
      </div>
    </form>
  );
}

const suites: Readonly<Record<FormDraft["suite"], string>> = {
  conala: t("CoNaLa, 543 tasks"),
  codealpacapy: t("CodeAlpacaPy, 627 tasks"),
  file: t("A file of mine"),
  folder: t("Held-out Python code"),
};

const modes: Readonly<Record<FormDraft["mode"], string>> = {
  "zero-shot": t("No examples"),
  icl: t("Drawn examples (ICL)"),
  rag: t("Nearest examples (RAG)"),
  trained: t("As in training"),
};

const protocols: Readonly<Record<FormDraft["protocol"], string>> = {
  graft: t("Graft's"),
  "paper-v2": t("The paper's, version 2"),
  "paper-v3": t("The paper's, version 3"),
};

function SuiteField({ draft: { suite, path, folder }, paperData, edit, post }: FormProps) {
  const below = (
    <>
      {suite === "file" && (
        <FileChooser
          id="suite-file"
          path={path}
          hint={t("Rows of intent and code, or tasks with tests.")}
          onChoose={() => post({ type: "chooseFile", what: "suite" })}
        />
      )}
      {suite === "folder" && (
        <FileChooser
          id="suite-folder"
          path={folder}
          hint={t("Code that no model was trained on.")}
          onChoose={() => post({ type: "chooseFile", what: "folder" })}
        />
      )}
      {suite === "codealpacapy" && (
        <CodeAlpacaPyOffer paperData={paperData} onGet={() => post({ type: "getCodeAlpacaPy" })} />
      )}
    </>
  );
  return (
    <Field id="suite" label={t("Suite")} hint={t("Tasks to run.")} below={below}>
      <Select id="suite" options={suites} chosen={suite} onChoose={(chosen) => edit({ suite: chosen })} />
    </Field>
  );
}

function AdapterField({ adapter, adapters, edit }: Pick<FormProps, "adapters" | "edit"> & { adapter: string }) {
  const options = { "": t("None: the base alone"), ...Object.fromEntries(adapters.map((name) => [name, name])) };
  return (
    <Field
      id="adapter"
      label={t("Adapter")}
      hint={t("On the base in use. Judge it on tasks like those that it learned from.")}
    >
      <Select
        id="adapter"
        options={options}
        chosen={adapter in options ? adapter : ""}
        onChoose={(chosen) => edit(withAdapter(chosen))}
      />
    </Field>
  );
}

function ExampleFields({ draft, numbers, edit, post }: FormProps) {
  return (
    <>
      <Field id="shots" label={t("Examples")} hint={t("Examples in front of each task.")}>
        <NumberInput id="shots" field={numbers.shots} typed={draft.shots} onType={(shots) => edit({ shots })} />
      </Field>
      {draft.suite === "file" && (
        <div class="field">
          <label for="examples-file">{t("Examples from")}</label>
          <FileChooser
            id="examples-file"
            path={draft.examples}
            hint={t("Rows of intent and code.")}
            onChoose={() => post({ type: "chooseFile", what: "examples" })}
          />
        </div>
      )}
    </>
  );
}
