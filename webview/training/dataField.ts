/** The first part of the form: what to train on. */

import type { FromTraining, PaperDataState, ToTraining, TrainingForm } from "../protocol.ts";
import { codeAlpacaPyOffer } from "../shared/codeAlpacaPy.ts";
import { h, setAttribute } from "../shared/dom.ts";
import { choice } from "../shared/fields.ts";
import { t } from "../shared/l10n.ts";

/** What is chosen. */
export interface DataDraft {
  data: TrainingForm["data"]["kind"];
  path: string;
}

export type Workspace = Omit<Extract<ToTraining, { type: "workspace" }>, "type">;

export interface DataField {
  element: HTMLElement;
  update(draft: DataDraft, workspace: Workspace, paperData: PaperDataState | undefined): void;
  /** Why there is nothing to train on; undefined where there is. */
  obstacle(): string | undefined;
}

export function createDataField(
  post: (message: FromTraining) => void,
  change: (part: Partial<DataDraft>) => void,
): DataField {
  let obstacle: string | undefined;
  const dataWorkspace = choice({
    name: "data",
    label: t("This workspace"),
    onSelect: () => change({ data: "workspace" }),
  });
  const dataConala = choice({
    name: "data",
    label: "CoNaLa",
    note: t("2,135 questions from Stack Overflow with their answers in Python. CC BY-SA 4.0."),
    onSelect: () => change({ data: "conala" }),
  });
  const dataCodeAlpacaPy = choice({
    name: "data",
    label: "CodeAlpacaPy",
    note: t("2,194 instructions with answers in Python. For non-commercial use."),
    onSelect: () => change({ data: "codealpacapy" }),
  });
  const offer = codeAlpacaPyOffer(() => post({ type: "getCodeAlpacaPy" }));
  const dataPath = choice({
    name: "data",
    label: t("A file or folder"),
    onSelect: () => change({ data: "path" }),
  });
  const pathNote = h("p", { class: "path", id: "path" });
  const choose = (kind: "file" | "folder", label: string): HTMLElement =>
    h("button", { type: "button", class: "secondary", on: { click: () => post({ type: "chooseData", kind }) } }, label);
  const chooser = h("div", { class: "chooser" }, choose("file", t("File…")), choose("folder", t("Folder…")), pathNote);

  return {
    element: h(
      "fieldset",
      {},
      h("legend", {}, t("Data")),
      dataWorkspace.element,
      dataConala.element,
      dataCodeAlpacaPy.element,
      offer.element,
      dataPath.element,
      chooser,
    ),
    update({ data, path }, workspace, paperData) {
      dataWorkspace.update(data === "workspace", workspaceNote(workspace));
      dataConala.update(data === "conala");
      dataCodeAlpacaPy.update(data === "codealpacapy");
      offer.update(data === "codealpacapy", paperData);
      dataPath.update(data === "path");
      chooser.hidden = data !== "path";
      pathNote.textContent = path === "" ? t("A .jsonl or .py file, or a folder of Python files.") : path;
      setAttribute(pathNote, "title", path || undefined);
      obstacle = obstacleOf({ data, path }, workspace, paperData);
    },
    obstacle: () => obstacle,
  };
}

function obstacleOf(
  { data, path }: DataDraft,
  workspace: Workspace,
  paperData: PaperDataState | undefined,
): string | undefined {
  switch (data) {
    case "workspace":
      return workspace.files ? undefined : workspaceObstacle(workspace);
    case "path":
      return path === "" ? t("Choose a file or a folder to train on.") : undefined;
    case "conala":
      return undefined;
    case "codealpacapy":
      return paperData?.codealpacapy === "here" ? undefined : t("Get CodeAlpacaPy first.");
  }
}

function workspaceObstacle({ folder, files }: Workspace): string {
  if (folder === undefined) return t("Open a folder, or choose other data to train on.");
  return files === undefined ? t("Counting Python files…") : t("There is no Python file in this workspace.");
}

/** Of fewer files none are held out. */
const enoughToHoldOut = 10;

function workspaceNote({ folder, files }: Workspace): string {
  if (folder === undefined) return t("No folder is open.");
  if (files === undefined) return t("{0}: counting Python files…", folder);
  const few = files > 0 && files < enoughToHoldOut ? ` ${t("Too few to hold some out for validation.")}` : "";
  const count = files === 1 ? t("{0}: 1 Python file", folder) : t("{0}: {1} Python files", folder, files);
  return few === "" ? count : `${count}.${few}`;
}
