/** The parts a form is made of, each with its label, its note and what a screen reader needs. */

import { h, setAttribute } from "./dom.ts";

let count = 0;
const nextId = (): string => `field-${++count}`;

export interface Choice {
  element: HTMLElement;
  update(selected: boolean, note?: string): void;
}

/** One radio button with a line of explanation under it. */
export function choice(options: { name: string; label: string; note?: string; onSelect: () => void }): Choice {
  const id = nextId();
  const input = h("input", {
    type: "radio",
    id,
    name: options.name,
    "aria-describedby": `${id}-note`,
    on: { change: options.onSelect },
  });
  const note = h("span", { class: "note", id: `${id}-note` }, options.note ?? "");
  return {
    element: h("label", { class: "choice", for: id }, input, h("span", {}, options.label), note),
    update(selected, text) {
      input.checked = selected;
      if (text !== undefined && note.textContent !== text) note.textContent = text;
    },
  };
}

export interface Field {
  element: HTMLElement;
  /** Puts the problem in the hint's place, or the hint back. */
  showProblem(problem: string | undefined): void;
}

/** A labelled input with a hint. */
export function field(label: string, input: HTMLInputElement | HTMLSelectElement, hint: string): Field {
  const note = h("p", { class: "note", id: `${input.id}-note`, "aria-live": "polite" }, hint);
  input.setAttribute("aria-describedby", note.id);
  return {
    element: h("div", { class: "field" }, h("label", { for: input.id }, label), input, note),
    showProblem(problem) {
      const text = problem ?? hint;
      if (note.textContent !== text) note.textContent = text;
      note.classList.toggle("problem", problem !== undefined);
      setAttribute(input, "aria-invalid", problem === undefined ? undefined : "true");
    },
  };
}
