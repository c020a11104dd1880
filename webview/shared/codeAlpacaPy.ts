/** What a form says of CodeAlpacaPy, which may not ship with Graft, and the way to it. */

import type { PaperDataState } from "../protocol.ts";
import { h } from "./dom.ts";
import { t } from "./l10n.ts";

export interface CodeAlpacaPyOffer {
  element: HTMLElement;
  /** Whether it is asked for at all. */
  update(asked: boolean, state: PaperDataState | undefined): void;
}

export function codeAlpacaPyOffer(get: () => void): CodeAlpacaPyOffer {
  const note = h("span", { class: "note", "aria-live": "polite" });
  const button = h("button", { type: "button", class: "secondary", on: { click: get } }, t("Get CodeAlpacaPy…"));
  const element = h("div", { class: "chooser" }, button, note);
  return {
    element,
    update(asked, state) {
      element.hidden = !asked || state === undefined || state.codealpacapy === "here";
      button.disabled = state?.codealpacapy === "coming";
      note.textContent =
        state?.codealpacapy === "coming"
          ? t("CodeAlpacaPy is on its way.")
          : t("Not on this machine yet: its licence, CC BY-NC 4.0, is for non-commercial use.");
    },
  };
}
