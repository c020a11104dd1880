/**
 * The first form: what to train on, how, and under which name.
 *
 * Checks nothing but what HTML checks by itself: whether a name can be used, the extension says.
 */

import type { FromTraining, PaperDataState, ToTraining, TrainingForm } from "../protocol.ts";
import { h } from "../shared/dom.ts";
import { choice, field } from "../shared/fields.ts";
import type { Host } from "../shared/host.ts";
import { t } from "../shared/l10n.ts";
import { createDataField, type Workspace } from "./dataField.ts";

/** The form as it stands, whether or not it could be sent; kept while the view is hidden. */
export interface FormDraft {
  data: TrainingForm["data"]["kind"];
  path: string;
  method: TrainingForm["method"]["name"];
  name: string;
  /** Whether the user typed the name; a suggestion changes with the workspace. */
  nameChosen: boolean;
  epochs: string;
  rank: string;
  virtualTokens: string;
  advanced: boolean;
}

export interface Form {
  element: HTMLElement;
  showWorkspace(workspace: Workspace): void;
  showNameProblem(name: string, problem: string | undefined): void;
  showPath(path: string): void;
  showPaperData(state: PaperDataState): void;
  /** Asks again what may have changed while it was away. */
  refresh(): void;
  /** The name of the training at hand, which a reloaded window may know better than what was kept of the form. */
  takeName(name: string): void;
  /** For the next adapter: everything stays but the name, which is taken now. */
  forgetName(): void;
}

const blank: FormDraft = {
  data: "workspace",
  path: "",
  method: "lora",
  name: "",
  nameChosen: false,
  epochs: "",
  rank: "16",
  virtualTokens: "20",
  advanced: false,
};

export function createForm(host: Host<FromTraining, ToTraining, FormDraft>): Form {
  let draft: FormDraft = { ...blank, ...host.kept };
  let workspace: Workspace = { folder: undefined, files: undefined, suggestedName: "" };
  let paperData: PaperDataState | undefined;
  let nameProblem: string | undefined;

  const change = (part: Partial<FormDraft>): void => {
    draft = { ...draft, ...part };
    host.keep(draft);
    render();
  };

  const data = createDataField(host.post, change);

  const methods = {
    lora: choice({
      name: "method",
      label: "LoRA",
      note: t("Learns small matrices beside the weights. Learns most; the usual choice."),
      onSelect: () => change({ method: "lora" }),
    }),
    ia3: choice({
      name: "method",
      label: "IA3",
      note: t("Learns one factor per channel. Small and quick; for a light touch."),
      onSelect: () => change({ method: "ia3" }),
    }),
    prefix: choice({
      name: "method",
      label: t("Prefix tuning"),
      note: t("Learns what every layer sees in front of your text."),
      onSelect: () => change({ method: "prefix" }),
    }),
    prompt: choice({
      name: "method",
      label: t("Prompt tuning"),
      note: t("Learns words of its own, read in front of your text. Learns least."),
      onSelect: () => change({ method: "prompt" }),
    }),
  };

  const name: HTMLInputElement = h("input", {
    id: "name",
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    maxlength: 64,
    value: draft.name,
    on: {
      input: () => {
        nameProblem = undefined;
        change({ name: name.value.trim(), nameChosen: true });
        host.post({ type: "checkName", name: draft.name });
      },
    },
  });
  const nameField = field(t("Name"), name, t("Letters, digits, dots and dashes."));

  const number = (key: "epochs" | "rank" | "virtualTokens", max: number): HTMLInputElement => {
    const input: HTMLInputElement = h("input", {
      id: key,
      type: "number",
      min: 1,
      max,
      step: 1,
      value: draft[key],
      required: key !== "epochs",
      ...(key === "epochs" && { placeholder: t("Automatic") }),
      on: { input: () => change({ [key]: input.value }) },
    });
    return input;
  };
  const epochs = number("epochs", 100);
  const rank = number("rank", 256);
  const rankField = field(t("Rank"), rank, t("Higher learns more and is slower."));
  const virtualTokens = number("virtualTokens", 256);
  const virtualTokensField = field(
    t("Virtual tokens"),
    virtualTokens,
    t("How many stand in front. Each takes the room of a token of text."),
  );
  const advanced: HTMLDetailsElement = h(
    "details",
    { open: draft.advanced, on: { toggle: () => change({ advanced: advanced.open }) } },
    h("summary", {}, t("Advanced")),
    field(t("Epochs"), epochs, t("Passes over the data. Automatic: 5, more for little data.")).element,
    rankField.element,
    virtualTokensField.element,
  );

  const start = h("button", { type: "submit", class: "primary", "aria-describedby": "why" }, t("Start training"));
  const why = h("p", { class: "note", id: "why" });
  const element = h(
    "form",
    {
      novalidate: true,
      "aria-label": t("Train adapter"),
      on: {
        submit: (event) => {
          event.preventDefault();
          if (obstacle() !== undefined) return;
          host.post({ type: "start", form: toTrainingForm(draft) });
        },
      },
    },
    data.element,
    h("fieldset", {}, h("legend", {}, t("Method")), ...Object.values(methods).map(({ element }) => element)),
    nameField.element,
    advanced,
    start,
    why,
  );

  /** What a method's size is asked with. The others stay out of sight, where they may hold anything. */
  const sizes: Readonly<Record<FormDraft["method"], HTMLInputElement | null>> = {
    lora: rank,
    ia3: null,
    prefix: virtualTokens,
    prompt: virtualTokens,
  };
  /** Why the training cannot start yet. */
  const obstacle = (): string | undefined => {
    const missing = data.obstacle();
    if (missing !== undefined) return missing;
    if (draft.name === "") return t("Give the adapter a name.");
    if (nameProblem !== undefined) return t("Choose another name.");
    if (!epochs.validity.valid) return t("Epochs: a whole number from {0} to {1}, or nothing", 1, epochs.max);
    const size = sizes[draft.method];
    if (!size || size.validity.valid) return undefined;
    return t("{0}: a whole number from {1} to {2}", size === rank ? t("Rank") : t("Virtual tokens"), 1, size.max);
  };

  const suggestName = (): void => {
    if (draft.nameChosen) return;
    name.value = workspace.suggestedName;
    change({ name: name.value });
  };

  function render(): void {
    data.update(draft, workspace, paperData);
    for (const [method, option] of Object.entries(methods)) option.update(draft.method === method);
    nameField.showProblem(nameProblem);
    rankField.element.hidden = sizes[draft.method] !== rank;
    virtualTokensField.element.hidden = sizes[draft.method] !== virtualTokens;
    const reason = obstacle();
    start.disabled = reason !== undefined;
    why.textContent = reason ?? "";
  }
  render();

  return {
    element,
    showWorkspace(next) {
      workspace = next;
      suggestName();
      render();
    },
    showNameProblem(checked, problem) {
      if (checked !== draft.name) return; // Typed on meanwhile: another answer is under way.
      nameProblem = problem;
      render();
    },
    showPath(path) {
      change({ data: "path", path });
    },
    showPaperData(state) {
      paperData = state;
      render();
    },
    refresh() {
      if (draft.nameChosen) host.post({ type: "checkName", name: draft.name });
    },
    takeName(taken) {
      if (draft.name === taken) return;
      name.value = taken;
      change({ name: taken, nameChosen: true });
    },
    forgetName() {
      nameProblem = undefined;
      change({ nameChosen: false });
      suggestName();
    },
  };
}

function toTrainingForm({ data, path, name, epochs, ...draft }: FormDraft): TrainingForm {
  return {
    data: data === "path" ? { kind: data, path } : { kind: data },
    method: methodOf(draft),
    name,
    ...(epochs !== "" && { epochs: Number(epochs) }),
  };
}

function methodOf({
  method: name,
  rank,
  virtualTokens,
}: Pick<FormDraft, "method" | "rank" | "virtualTokens">): TrainingForm["method"] {
  switch (name) {
    case "lora":
      return { name, rank: Number(rank) };
    case "ia3":
      return { name };
    default:
      return { name, virtualTokens: Number(virtualTokens) };
  }
}
