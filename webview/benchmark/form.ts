/** What to evaluate and how. Checks nothing but what HTML checks by itself. */

import type { BenchmarkState, EvaluationForm, FromBenchmark, PaperDataState, ToBenchmark } from "../protocol.ts";
import { codeAlpacaPyOffer } from "../shared/codeAlpacaPy.ts";
import { h } from "../shared/dom.ts";
import { field } from "../shared/fields.ts";
import type { Host } from "../shared/host.ts";
import { t } from "../shared/l10n.ts";

/** The form as it stands, whether or not it could be sent; kept while the panel is hidden. */
export interface FormDraft {
  suite: EvaluationForm["suite"]["kind"];
  /** Of a suite of the user's. */
  path: string;
  /** Of held-out code. */
  folder: string;
  adapter: string;
  mode: EvaluationForm["mode"];
  shots: string;
  examples: string;
  protocol: EvaluationForm["protocol"];
  limit: string;
  seed: string;
}

export interface Form {
  element: HTMLElement;
  update(state: BenchmarkState): void;
  showFile(what: "suite" | "folder" | "examples", path: string): void;
  showPaperData(state: PaperDataState): void;
}

const blank: FormDraft = {
  suite: "conala",
  path: "",
  folder: "",
  adapter: "",
  mode: "zero-shot",
  shots: "3",
  examples: "",
  protocol: "graft",
  limit: "",
  seed: "42",
};

const suites: Readonly<Record<FormDraft["suite"], string>> = {
  conala: t("CoNaLa, 543 tasks"),
  codealpacapy: t("CodeAlpacaPy, 628 tasks"),
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

export function createForm(host: Host<FromBenchmark, ToBenchmark, FormDraft>): Form {
  let draft: FormDraft = { ...blank, ...host.kept };
  let shownNames: string | undefined;
  let paperData: PaperDataState | undefined;
  const change = (part: Partial<FormDraft>): void => {
    draft = { ...draft, ...part };
    host.keep(draft);
    render();
  };

  const select = (key: "suite" | "mode" | "protocol", choices: Readonly<Record<string, string>>): HTMLSelectElement => {
    const element: HTMLSelectElement = h(
      "select",
      { id: key, on: { change: () => change({ [key]: element.value }) } },
      ...options(choices),
    );
    element.value = draft[key];
    return element;
  };
  const number = (key: "shots" | "limit" | "seed", limits: { min: number; max?: number; required: boolean }) => {
    const element: HTMLInputElement = h("input", {
      id: key,
      type: "number",
      step: 1,
      value: draft[key],
      ...limits,
      on: { input: () => change({ [key]: element.value }) },
    });
    return element;
  };
  const file = (what: "suite" | "folder" | "examples"): { element: HTMLElement; note: HTMLElement } => {
    const note = h("span", { class: "note path" });
    const choose = h(
      "button",
      {
        type: "button",
        class: "secondary",
        id: `${what}-file`,
        on: { click: () => host.post({ type: "chooseFile", what }) },
      },
      t("Choose…"),
    );
    return { element: h("div", { class: "chooser" }, choose, note), note };
  };

  const adapter: HTMLSelectElement = h("select", {
    id: "adapter",
    // A base is asked as it is; an adapter, as it was trained.
    on: { change: () => change({ adapter: adapter.value, mode: adapter.value === "" ? "zero-shot" : "trained" }) },
  });
  const suite = select("suite", suites);
  const mode = select("mode", modes);
  const protocol = select("protocol", protocols);
  const shots = number("shots", { min: 1, max: 100, required: true });
  const limit = number("limit", { min: 1, required: false });
  const seed = number("seed", { min: 0, required: true });
  limit.placeholder = t("all");
  const shotsField = field(t("Examples"), shots, t("How many stand before a task."));
  const suiteFile = file("suite");
  const suiteFolder = file("folder");
  const examplesFile = file("examples");
  const examplesField = h(
    "div",
    { class: "field" },
    h("label", { for: "examples-file" }, t("Examples from")),
    examplesFile.element,
  );
  const suiteField = field(t("Suite"), suite, t("What is asked."));
  const offer = codeAlpacaPyOffer(() => host.post({ type: "getCodeAlpacaPy" }));
  suiteField.element.append(suiteFile.element, suiteFolder.element, offer.element);
  const modeField = field(t("Prompts"), mode, t("What stands before a task."));
  const protocolField = field(t("Protocol"), protocol, t("Prompts, ends and comparison."));
  const start = h("button", { type: "submit", class: "primary", "aria-describedby": "obstacle" }, t("Evaluate"));
  const reason = h("span", { class: "note", id: "obstacle", "aria-live": "polite" });

  const element = h(
    "form",
    {
      novalidate: true,
      "aria-label": t("New evaluation"),
      on: {
        submit: (event) => {
          event.preventDefault();
          if (obstacle() === undefined) host.post({ type: "start", form: toEvaluationForm(draft) });
        },
      },
    },
    h(
      "div",
      { class: "fields" },
      suiteField.element,
      field(t("Adapter"), adapter, t("On the base in use.")).element,
      modeField.element,
      shotsField.element,
      examplesField,
      protocolField.element,
      field(t("Tasks"), limit, t("The first ones of the suite.")).element,
      field(t("Seed"), seed, t("Of all that is drawn.")).element,
    ),
    h("div", { class: "actions" }, start, reason),
  );

  const isCode = (): boolean => draft.suite === "folder";
  const hasExamples = (): boolean => !isCode() && (draft.mode === "icl" || draft.mode === "rag");
  /** Why nothing can be evaluated as the form stands. */
  const obstacle = (): string | undefined => {
    if (draft.suite === "file" && draft.path === "") return t("Choose a file of tasks first.");
    if (isCode() && draft.folder === "") return t("Choose a folder of Python code first.");
    if (draft.suite === "codealpacapy" && paperData?.codealpacapy !== "here") return t("Get CodeAlpacaPy first.");
    if (hasExamples() && !shots.validity.valid) return t("Examples: give a whole number from 1 to 100.");
    if (hasExamples() && draft.suite === "file" && draft.examples === "") return t("Choose a file of examples first.");
    if (!limit.validity.valid) return t("Tasks: give a whole number from 1 on, or none for all.");
    if (!seed.validity.valid) return t("Seed: give a whole number from 0 on.");
    return undefined;
  };

  function render(): void {
    mode.value = draft.mode;
    suite.value = draft.suite;
    suiteFile.element.hidden = draft.suite !== "file";
    suiteFolder.element.hidden = !isCode();
    suiteFolder.note.textContent = draft.folder === "" ? t("Code that no model was trained on.") : draft.folder;
    modeField.element.hidden = isCode();
    protocolField.element.hidden = isCode();
    offer.update(draft.suite === "codealpacapy", paperData);
    suiteFile.note.textContent = draft.path === "" ? t("Rows of intent and code, or tasks with tests.") : draft.path;
    shotsField.element.hidden = !hasExamples();
    examplesField.hidden = !hasExamples() || draft.suite !== "file";
    examplesFile.note.textContent = draft.examples === "" ? t("Rows of intent and code.") : draft.examples;
    const text = obstacle() ?? "";
    if (reason.textContent !== text) reason.textContent = text;
    start.disabled = text !== "";
  }
  render();

  return {
    element,
    update({ adapters }) {
      const names = ["", ...adapters];
      if (names.join("\n") !== shownNames) {
        shownNames = names.join("\n");
        adapter.replaceChildren(
          ...names.map((name) => h("option", { value: name }, name || t("None: the base alone"))),
        );
      }
      // One that was removed meanwhile is chosen no longer.
      adapter.value = adapters.includes(draft.adapter) ? draft.adapter : "";
      if (draft.adapter !== adapter.value && adapters.length > 0) change({ adapter: "", mode: "zero-shot" });
    },
    showPaperData(state) {
      paperData = state;
      render();
    },
    showFile(what, path) {
      change(what === "suite" ? { path } : what === "folder" ? { folder: path } : { examples: path });
    },
  };
}

function options(choices: Readonly<Record<string, string>>): HTMLOptionElement[] {
  return Object.entries(choices).map(([value, label]) => h("option", { value }, label));
}

function suiteOf({ suite, path, folder }: FormDraft): EvaluationForm["suite"] {
  if (suite === "file") return { kind: suite, path };
  return suite === "folder" ? { kind: suite, path: folder } : { kind: suite };
}

function toEvaluationForm(draft: FormDraft): EvaluationForm {
  const { suite, adapter, mode, shots, examples, protocol, limit, seed } = draft;
  return {
    suite: suiteOf(draft),
    adapter,
    mode,
    // Kept out of sight where there are no examples, where it may hold anything.
    shots: mode === "icl" || mode === "rag" ? Number(shots) : Number(blank.shots),
    examples: suite === "file" ? examples : "",
    protocol,
    ...(limit !== "" && { limit: Number(limit) }),
    seed: Number(seed),
  };
}
