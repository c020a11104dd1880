/** The unfinished trainings of this machine: what can be gone on with, made an adapter of, or discarded. */

import type { FromTraining, UnfinishedCard } from "../protocol.ts";
import { h } from "../shared/dom.ts";
import { t } from "../shared/l10n.ts";

export interface UnfinishedView {
  element: HTMLElement;
  update(trainings: readonly UnfinishedCard[]): void;
}

export function createUnfinished(post: (message: FromTraining) => void): UnfinishedView {
  const list = h("ul", {});
  const title = h("h2", { id: "unfinished" }, t("Unfinished trainings"));
  const element = h("section", { class: "unfinished", "aria-labelledby": "unfinished", hidden: true }, title, list);
  return {
    element,
    update(trainings) {
      list.replaceChildren(...trainings.map((training) => item(training, post)));
      element.hidden = trainings.length === 0;
    },
  };
}

function item({ name, base, step, steps, busy }: UnfinishedCard, post: (message: FromTraining) => void): HTMLElement {
  const button = (label: string, type: "resume" | "keep" | "discard"): HTMLElement => {
    const attributes = { type: "button", class: "secondary", "aria-label": `${label}: ${name}` };
    return h("button", { ...attributes, on: { click: () => post({ type, name }) } }, label);
  };
  const isOurs = steps > 0;
  const note = isOurs ? t("Step {0} of {1}, {2}", step, steps, base) : t("Begun by another version of Graft");
  const buttons = [
    ...(isOurs ? [button(t("Resume"), "resume")] : []),
    ...(isOurs && step > 0 ? [button(t("Keep the best"), "keep")] : []),
    button(t("Discard"), "discard"),
  ];
  return h(
    "li",
    {},
    h("strong", {}, name),
    h("p", { class: "note" }, busy ? t("Runs in another window") : note),
    ...(busy ? [] : [h("div", { class: "buttons" }, ...buttons)]),
  );
}
