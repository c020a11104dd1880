/** The candidates of a new study. */

import type { FromStudies, StudiesState } from "../protocol/study.ts";
import { Button } from "../shared/button.tsx";
import { Field } from "../shared/form/field.tsx";
import { t } from "../shared/l10n.ts";
import { Check } from "../shared/form/check.tsx";
import { mayHaveRepository, type StudyDraft } from "./draft.ts";
import { TextInput } from "../shared/form/textInput.tsx";

export interface CandidateFieldsProps {
  draft: StudyDraft;
  studies: StudiesState;
  edit: (part: Partial<StudyDraft>) => void;
  post: (message: FromStudies) => void;
}

export function CandidateFields(props: CandidateFieldsProps) {
  const { draft, studies, edit } = props;
  const { adapters, bases } = draft;
  const toggled = (names: readonly string[], name: string, on: boolean): string[] =>
    on ? [...names, name] : names.filter((one) => one !== name);
  const base = studies.base ?? t("the base in use");
  return (
    <fieldset>
      <legend>{t("Candidates")}</legend>
      <Check label={t("{0} alone", base)} checked={draft.hasBase} onChange={(hasBase) => edit({ hasBase })} />
      {studies.adapters.map((name) => (
        <Check
          key={name}
          label={t("{0} with the adapter {1}", base, name)}
          checked={adapters.includes(name)}
          onChange={(on) => edit({ adapters: toggled(adapters, name, on) })}
        />
      ))}
      {studies.bases
        .filter((name) => name !== studies.base)
        .map((name) => (
          <Check
            key={name}
            label={t("the base {0}", name)}
            checked={bases.includes(name)}
            onChange={(on) => edit({ bases: toggled(bases, name, on) })}
          />
        ))}
      <Check
        label={t("each also with the other files of its repository, for held-out code")}
        checked={draft.hasRepository && mayHaveRepository(draft)}
        obstacle={mayHaveRepository(draft) ? undefined : t("Add held-out code to the suites first.")}
        onChange={(hasRepository) => edit({ hasRepository })}
      />
      <ExampleFields {...props} />
    </fieldset>
  );
}

/** Examples are taken from pairs. The paper's data sets have some; other suites need a file. */
function ExampleFields({ draft, edit, post }: CandidateFieldsProps) {
  const { drawn, nearest, paths, examples, encoder } = draft;
  const hasExamples = drawn.trim() !== "" || nearest.trim() !== "";
  return (
    <>
      <div class="fields">
        <Field id="drawn" label={t("Drawn examples (ICL)")} hint={t('How many, such as "1, 3". None if empty.')}>
          <TextInput id="drawn" value={drawn} onType={(text) => edit({ drawn: text })} />
        </Field>
        <Field id="nearest" label={t("Nearest examples (RAG)")} hint={t('How many, such as "1, 3". None if empty.')}>
          <TextInput id="nearest" value={nearest} onType={(text) => edit({ nearest: text })} />
        </Field>
      </div>
      {hasExamples && paths.length > 0 && (
        <div class="chooser">
          <Button onClick={() => post({ type: "choosePath", what: "examples" })}>{t("Examples from…")}</Button>
          <span class="note path">{examples || t("Rows of intent and code, for suites of one's own.")}</span>
        </div>
      )}
      {nearest.trim() !== "" && (
        <div class="chooser">
          <Button onClick={() => post({ type: "choosePath", what: "encoder" })}>{t("Sentence encoder…")}</Button>
          <span class="note path">{encoder || t("Optional: finds the nearest by meaning, beside BM25.")}</span>
        </div>
      )}
    </>
  );
}
