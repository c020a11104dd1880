/** A base as a card: what it is, what it costs, and what can be done with it. */

import type { BaseCost, FromBases, InstalledBaseCard, OfferedBaseCard } from "../protocol.ts";
import { h } from "../shared/dom.ts";
import { bytes, count } from "../shared/figures.ts";
import { t } from "../shared/l10n.ts";

type Post = (message: FromBases) => void;

export function installedCard(base: InstalledBaseCard, inUse: boolean, machineBytes: number, post: Post): HTMLElement {
  const { name, modelType, embedded, origin } = base;
  // A commit is told apart by its first digits.
  const from = origin.replace(/(@[0-9a-f]{7})[0-9a-f]{33}$/, "$1");
  const use = button(t("Use"), t("Use {0}", name), () => post({ type: "use", name }));
  const remove = button(t("Remove"), t("Remove {0}", name), () => post({ type: "remove", name }));
  return card(
    [name, ...(inUse ? [" ", h("span", { class: "mark" }, t("in use"))] : [])],
    [
      fact(t("{0} parameters, {1}", count(base.parameters), modelType)),
      fact(t("{0} on disk", bytes(base.bytes))),
      memory(base, machineBytes),
      fact(embedded ? t("comes with Graft") : t("from {0}", from)),
    ],
    [...(inUse ? [] : [use]), ...(embedded ? [] : [remove])],
  );
}

/** The folder that the settings name and that has not been imported. */
export function waitingCard(folder: string, isBusy: boolean, post: Post): HTMLElement {
  const importIt = button(t("Import"), t("Import {0}", folder), () => post({ type: "import", source: folder }));
  importIt.disabled = isBusy;
  return card(
    [folder],
    [warning(t("Chosen in the settings, but not imported yet: the base in use stands in for it."))],
    [importIt],
  );
}

export function offeredCard(model: OfferedBaseCard, machineBytes: number, isBusy: boolean, post: Post): HTMLElement {
  const { repository, modelType, licence, obstacle, tokensPerSecond, recommended } = model;
  const [owner = "", name = ""] = repository.split("/");
  const importIt = button(t("Import"), t("Import {0}", name), () => post({ type: "import", source: repository }));
  importIt.disabled = isBusy;
  if (isBusy) importIt.title = t("Wait for the import that is under way.");
  return card(
    [name, ...(recommended ? [" ", h("span", { class: "mark" }, t("recommended here"))] : [])],
    [
      fact(t("{0}, licence: {1}", owner, licence)),
      fact(t("{0} parameters, {1}", count(model.parameters), modelType)),
      fact(t("about {0} to download, {1} on disk", bytes(model.downloadBytes), bytes(model.bytes))),
      memory(model, machineBytes),
      ...(tokensPerSecond === undefined || obstacle ? [] : [speed(tokensPerSecond)]),
      ...(obstacle ? [warning(obstacles[obstacle])] : []),
    ],
    obstacle ? [] : [importIt],
  );
}

/** Below ten, digits behind the point would say more than is known. */
function speed(tokensPerSecond: number): HTMLElement {
  const line = fact(
    t(
      "at most about {0} tokens/s here",
      Math.max(1, Number(tokensPerSecond.toPrecision(tokensPerSecond < 10 ? 1 : 2))),
    ),
  );
  line.title = t(
    "An upper limit, estimated from the size of the model and how fast this machine went through weights when it was measured.",
  );
  return line;
}

const obstacles = {
  memory: t("This machine has too little memory for it."),
  architecture: t("Graft does not know this architecture."),
  pickle: t(
    "Published as a Python pickle, which Graft does not read: convert it with transformers' save_pretrained, then add that folder.",
  ),
};

function memory({ memoryBytes, fit }: BaseCost, machineBytes: number): HTMLElement {
  switch (fit) {
    case "easily":
      return fact(t("about {0} of memory: fits this machine", bytes(memoryBytes)));
    case "barely":
      return warning(t("about {0} of memory: most of this machine's {1}", bytes(memoryBytes), bytes(machineBytes)));
    case "not":
      return warning(
        t("about {0} of memory: too much for this machine's {1}", bytes(memoryBytes), bytes(machineBytes)),
      );
  }
}

const fact = (text: string): HTMLElement => h("p", { class: "note" }, text);
const warning = (text: string): HTMLElement => h("p", { class: "warning" }, text);

/** @param title the name first */
function card(
  title: readonly [string, ...(Node | string)[]],
  facts: readonly HTMLElement[],
  actions: readonly HTMLElement[],
): HTMLElement {
  return h(
    "article",
    { class: "card", "aria-label": title[0] },
    h("h3", {}, ...title),
    ...facts,
    ...(actions.length > 0 ? [h("div", { class: "actions" }, ...actions)] : []),
  );
}

/** @param label says it all, for who does not see the card; it also finds the button again when the card is drawn anew */
function button(text: string, label: string, click: () => void): HTMLButtonElement {
  return h("button", { type: "button", class: "secondary", id: label, "aria-label": label, on: { click } }, text);
}
