/**
 * The bases panel: what is installed, the import that runs, and what the hub offers.
 *
 * Each part is drawn anew only when what it shows has changed, so that focus stays where it is while an import goes on.
 */

import type { BasesState, FromBases, OfferedBaseCard, ToBases } from "../protocol.ts";
import { h } from "../shared/dom.ts";
import { connectToHost } from "../shared/host.ts";
import { t } from "../shared/l10n.ts";
import { installedCard, offeredCard, waitingCard } from "./cards.ts";
import { createImportView } from "./importView.ts";
// oxlint-disable-next-line import/no-unassigned-import -- The build puts the style sheet beside the script.
import "./bases.css";

const host = connectToHost<FromBases, ToBases, never>();
const importView = createImportView(host.post);
const installed = part(t("On this machine"), drawInstalled);
const offered = part(t("On the Hugging Face hub"), drawOffered);
const add = h(
  "button",
  { type: "button", class: "secondary", on: { click: () => host.post({ type: "add" }) } },
  t("Another model or folder…"),
);

document.body.append(
  h("main", { "aria-label": t("Base models") }, installed.element, importView.element, offered.element, add),
);
host.onMessage(({ state }) => {
  const hadFocus = hasUsableFocus();
  installed.update(state);
  importView.update(state.importing);
  offered.update(state);
  // What was pressed is gone, or off for now: go on from what it has led to.
  if (hadFocus && !hasUsableFocus()) focusNext(state.importing !== undefined);
});

function hasUsableFocus(): boolean {
  return document.activeElement?.matches(":enabled:not([hidden] *)") ?? false;
}

function focusNext(isImporting: boolean): void {
  (isImporting ? importView.element.querySelector("button") : add)?.focus();
}

host.post({ type: "ready" });

interface Part {
  element: HTMLElement;
  update(state: BasesState): void;
}

function part(title: string, draw: (state: BasesState) => (Node | string)[]): Part {
  const content = h("div", { class: "list" });
  let shown = "";
  return {
    element: h("div", { class: "part" }, h("h2", {}, title), content),
    update(state) {
      const { survey, problem, inUse, importing, notImported } = state;
      const now = JSON.stringify([survey, problem, inUse, importing?.phase === "running", notImported]);
      if (now === shown) return;
      shown = now;
      const { id } = document.activeElement ?? {};
      content.replaceChildren(...draw(state));
      // Whoever pressed a button goes on from what stands in its place now.
      if (id) document.getElementById(id)?.focus();
    },
  };
}

function drawInstalled({ survey, problem, inUse, importing, notImported }: BasesState): (Node | string)[] {
  if (problem) {
    return [
      h("p", { role: "alert", class: "problem" }, problem.message),
      h("p", {}, problem.nextStep),
      h(
        "div",
        { class: "actions" },
        h(
          "button",
          { type: "button", class: "secondary", on: { click: () => host.post({ type: "showLog" }) } },
          t("Show log"),
        ),
      ),
    ];
  }
  if (!survey) return [h("p", { class: "note", role: "status" }, t("Looking for base models…"))];
  const isBusy = importing?.phase === "running";
  return [
    ...survey.installed.map((base) => installedCard(base, base.name === inUse, survey.machineBytes, host.post)),
    ...(notImported === undefined ? [] : [waitingCard(notImported, isBusy, host.post)]),
  ];
}

function drawOffered({ survey, importing }: BasesState): (Node | string)[] {
  if (!survey) return [];
  const { offered: models, machineBytes } = survey;
  const isBusy = importing?.phase === "running";
  const draw = (model: OfferedBaseCard): HTMLElement => offeredCard(model, machineBytes, isBusy, host.post);
  const unusable = models.filter(({ obstacle }) => obstacle);
  return [
    h(
      "p",
      { class: "note" },
      t("A download goes to this machine and stays here. Nothing is sent but the request for it."),
    ),
    ...models.filter(({ obstacle }) => !obstacle).map(draw),
    ...(unusable.length === 0
      ? []
      : [
          h(
            "details",
            {},
            h("summary", {}, t("Cannot be used here ({0})", unusable.length)),
            h("div", { class: "list" }, ...unusable.map(draw)),
          ),
        ]),
  ];
}
