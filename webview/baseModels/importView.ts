/** The import that runs: how far it is and how to stop it; or why it failed, and what to do now. */

import type { FromBases, ImportState } from "../protocol.ts";
import { h } from "../shared/dom.ts";
import { bytes, duration } from "../shared/figures.ts";
import { t } from "../shared/l10n.ts";

export interface ImportView {
  element: HTMLElement;
  update(state: ImportState | undefined): void;
}

export function createImportView(post: (message: FromBases) => void): ImportView {
  const element = h("div", { class: "card import", hidden: true });
  const button = (text: string, style: string, message: () => FromBases): HTMLButtonElement =>
    h("button", { type: "button", class: style, on: { click: () => post(message()) } }, text);

  const title = h("h3", { id: "importing" });
  const stage = h("p", { class: "stage", "aria-live": "polite" });
  const bar = h("progress", { "aria-labelledby": "importing", max: 1 });
  const figures = h("p", { class: "note" });
  const cancel = button(t("Cancel"), "secondary", () => ({ type: "cancel" }));
  const running = [title, stage, bar, figures, h("div", { class: "actions" }, cancel)];

  let shown: ImportState["phase"] | undefined;
  return {
    element,
    update(state) {
      element.hidden = state === undefined;
      if (!state) return void (shown = undefined);
      if (state.phase === "running") {
        title.textContent = state.source;
        const text = described(state);
        if (stage.textContent !== text) stage.textContent = text; // Said again each time otherwise.
        const { progress } = state;
        if (progress) bar.value = progress.total > 0 ? progress.done / progress.total : 0;
        else bar.removeAttribute("value"); // Indeterminate.
        figures.textContent = progress?.stage === "download" ? downloaded(progress) : "";
        cancel.disabled = state.cancelling;
        if (shown !== "running") element.replaceChildren(...running);
      } else if (shown !== "failed") {
        const { source, message, nextStep } = state;
        element.replaceChildren(
          h("h3", {}, source),
          h("p", { role: "alert", class: "problem" }, message),
          h("p", {}, nextStep),
          h(
            "div",
            { class: "actions" },
            button(t("Try again"), "primary", () => ({ type: "import", source })),
            button(t("Dismiss"), "secondary", () => ({ type: "dismiss" })),
            button(t("Show log"), "secondary", () => ({ type: "showLog" })),
          ),
        );
      }
      shown = state.phase;
    },
  };
}

type Running = Extract<ImportState, { phase: "running" }>;

function described({ cancelling, progress }: Running): string {
  if (cancelling) return t("Stopping…");
  if (!progress) return t("Looking at the model…");
  return progress.stage === "download" ? t("Downloading") : t("Converting");
}

function downloaded(progress: Extract<NonNullable<Running["progress"]>, { stage: "download" }>): string {
  const { done, total, bytesPerSecond, etaSeconds } = progress;
  return t("{0} of {1}, {2}/s, {3} left", bytes(done), bytes(total), bytes(bytesPerSecond), duration(etaSeconds));
}
