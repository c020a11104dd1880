/** The form that starts a training: data, preset and name, what it would take, and the rest in folds. */

import type { FromTraining, PreviewState } from "../protocol/training.ts";
import { t } from "../shared/l10n.ts";
import { AdvancedFields } from "./advancedFields.tsx";
import { DataField } from "./data/dataField.tsx";
import { Estimate } from "./plan/estimate.tsx";
import { obstacle, previewObstacle, toTrainingForm, type FormDraft, type FormFacts } from "./draft.ts";
import { NameField } from "./nameField.tsx";
import { PresetField } from "./plan/presetField.tsx";
import { Preview } from "./preview/preview.tsx";

export interface FormProps extends FormFacts {
  preview: PreviewState | undefined;
  edit: (part: Partial<FormDraft>) => void;
  post: (message: FromTraining) => void;
}

export function Form({ preview, edit, post, ...facts }: FormProps) {
  const { draft, workspace, paperData, snippets, commits, nameProblem, numbers } = facts;
  const reason = obstacle(facts);
  const isEstimable = previewObstacle(facts) === undefined;
  return (
    <form
      noValidate
      aria-label={t("Train adapter")}
      onSubmit={(event) => {
        event.preventDefault();
        if (reason === undefined) post({ type: "start", form: toTrainingForm(draft, numbers) });
      }}
    >
      <DataField {...{ draft, workspace, paperData, snippets, commits, numbers, edit, post }} />
      <Preview
        preview={preview}
        obstacle={previewObstacle(facts)}
        include={draft.include}
        onInclude={(include) => edit({ include })}
        onStart={() => post({ type: "preview", form: toTrainingForm(draft, numbers) })}
        post={post}
      />
      <PresetField preset={draft.preset} onChoose={(preset) => edit({ preset })} />
      <AdvancedFields draft={draft} numbers={numbers} edit={edit} />
      <NameField
        name={draft.name}
        problem={nameProblem}
        onType={(name) => {
          edit({ name, nameChosen: true });
          post({ type: "checkName", name: name.trim() });
        }}
      />
      {/* Stays visible however long the rest is. */}
      <div class="start">
        <Estimate
          estimate={facts.estimate}
          form={isEstimable ? toTrainingForm(draft, numbers) : undefined}
          sources={draft.data === "snippets" ? snippets.snippets : workspace.files}
          post={post}
        />
        <button type="submit" class="primary" aria-describedby="why" disabled={reason !== undefined}>
          {t("Start training")}
        </button>
        <p class="note" id="why" aria-live="polite">
          {reason}
        </p>
      </div>
    </form>
  );
}
