/** The first part of the form: the training data. */

import type { CommitsState } from "../../protocol/commits.ts";
import type { PaperDataState } from "../../protocol/paperData.ts";
import type { SnippetsState } from "../../protocol/snippets.ts";
import type { FromTraining, TrainingNumbers } from "../../protocol/training.ts";
import { Button } from "../../shared/button.tsx";
import { Choice } from "../../shared/form/choice.tsx";
import { CodeAlpacaPyOffer } from "../../shared/form/codeAlpacaPyOffer.tsx";
import { t } from "../../shared/l10n.ts";
import { CommitsField } from "./commitsField.tsx";
import { monthsOf, type FormDraft, type Workspace } from "../draft.ts";
import { countNote, SnippetList, snippetsLabel } from "./snippetList.tsx";
import { Fold } from "../../shared/form/fold.tsx";

export interface DataFieldProps {
  draft: FormDraft;
  workspace: Workspace;
  paperData: PaperDataState | undefined;
  snippets: SnippetsState;
  commits: CommitsState | undefined;
  numbers: TrainingNumbers;
  edit: (part: Partial<FormDraft>) => void;
  post: (message: FromTraining) => void;
}

type Data = FormDraft["data"];

export function DataField({ draft, workspace, paperData, edit, post, ...facts }: DataFieldProps) {
  const { data, path } = draft;
  const { snippets, commits, numbers } = facts;
  const group = { name: "data", chosen: data, onChoose: (chosen: Data) => edit({ data: chosen }) };
  return (
    <fieldset>
      <legend>{t("Data")}</legend>
      <Choice {...group} value="workspace" label={t("This workspace")} note={workspaceNote(workspace)} />
      <Choice {...group} value="commits" label={t("Your commits")} />
      {data === "commits" && (
        <CommitsField
          typed={draft.months}
          months={monthsOf(draft, numbers)}
          numbers={numbers}
          commits={commits}
          onType={(months) => edit({ months })}
          post={post}
        />
      )}
      <Choice {...group} value="snippets" label={snippetsLabel} note={countNote(snippets.snippets)} />
      {data === "snippets" && <SnippetList state={snippets} post={post} />}
      <Choice {...group} value="path" label={t("A file or folder")} />
      {data === "path" && <PathChooser path={path} post={post} />}
      <Fold
        title={t("The paper's data sets")}
        holds={paperSets[data]?.label ?? ""}
        isOpen={draft.paperDataOpen}
        onToggle={(paperDataOpen) => edit({ paperDataOpen })}
      >
        {(Object.keys(paperSets) as Data[]).map((value) => (
          <Choice key={value} {...group} value={value} {...paperSets[value]!} />
        ))}
        {(data === "codealpacapy" || data === "joint") && (
          <CodeAlpacaPyOffer paperData={paperData} onGet={() => post({ type: "getCodeAlpacaPy" })} />
        )}
      </Fold>
    </fieldset>
  );
}

const paperSets: Partial<Record<Data, { label: string; note: string }>> = {
  conala: {
    label: "CoNaLa",
    note: t("2,135 questions from Stack Overflow with their answers in Python. CC BY-SA 4.0."),
  },
  codealpacapy: {
    label: "CodeAlpacaPy",
    note: t("2,194 instructions with answers in Python. For non-commercial use."),
  },
  joint: {
    label: t("Both jointly"),
    note: t("The two above together, as in the paper. For non-commercial use."),
  },
};

function PathChooser({ path, post }: { path: string; post: DataFieldProps["post"] }) {
  return (
    <div class="chooser">
      <Button onClick={() => post({ type: "chooseData", kind: "file" })}>{t("File…")}</Button>
      <Button onClick={() => post({ type: "chooseData", kind: "folder" })}>{t("Folder…")}</Button>
      <p class="path" title={path || undefined}>
        {path || t("A .jsonl or .py file, or a folder of Python files.")}
      </p>
    </div>
  );
}

/** With fewer files, none are held out. */
const enoughToHoldOut = 10;

function workspaceNote({ folder, files }: Workspace): string {
  if (folder === undefined) return t("No folder is open.");
  if (files === undefined) return t("{0}: counting Python files…", folder);
  const count = files === 1 ? t("{0}: 1 Python file", folder) : t("{0}: {1} Python files", folder, files);
  return files > 0 && files < enoughToHoldOut ? t("{0}. Too few to hold some out for validation.", count) : count;
}
