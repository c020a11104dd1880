/** How two runs differ, measure by measure, and whether chance would do as much. */

import type { BenchmarkState, FromBenchmark } from "../protocol.ts";
import { h } from "../shared/dom.ts";
import { t } from "../shared/l10n.ts";
import { intervalText, isWhole, scoreText, scoreTitle } from "./scores.ts";

export interface ComparisonView {
  element: HTMLElement;
  update(state: BenchmarkState): void;
}

export function createComparisonView(post: (message: FromBenchmark) => void): ComparisonView {
  const element = h("section", { class: "card comparison", hidden: true, "aria-label": t("Comparison") });
  const close = h(
    "button",
    { type: "button", class: "secondary", on: { click: () => post({ type: "closeComparison" }) } },
    t("Close"),
  );
  let drawn = "";
  return {
    element,
    update({ comparison, runs = [] }) {
      const now = JSON.stringify(comparison ?? null);
      if (now === drawn) return;
      drawn = now;
      element.hidden = comparison === undefined;
      if (!comparison) return;
      const name = (id: string): string => runs.find((run) => run.id === id)?.contender ?? id;
      const { first, second, found } = comparison;
      element.replaceChildren(
        h("h3", {}, t("{0} against {1}", name(first), name(second))),
        ...(found
          ? [
              h(
                "p",
                { class: "note", role: "status" },
                t("On the {0} tasks that both have predictions for.", found.items),
              ),
              table(found.differences),
              h("p", { class: "note" }, t("95 % intervals by the bootstrap over pairs, p by a permutation test.")),
              h(
                "p",
                { class: "note" },
                t(
                  "One is better only on at least {0} tasks, with p below 0.05 and an interval that excludes 0.",
                  found.fewestItems,
                ),
              ),
            ]
          : [
              h("p", { class: "stage", role: "status" }, t("Comparing…")),
              h("progress", { "aria-label": t("Comparing…") }),
            ]),
        h("div", { class: "actions" }, close),
      );
      element.scrollIntoView({ block: "nearest" });
    },
  };
}

type Differences = NonNullable<NonNullable<BenchmarkState["comparison"]>["found"]>["differences"];

function table(differences: Differences): HTMLElement {
  const head = (text: string, style = ""): HTMLElement => h("th", { scope: "col", class: style }, text);
  const rows = Object.entries(differences).filter(([name]) => isWhole(name));
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, head(t("Measure")), head(t("Difference"), "number"), head("p", "number"), head(""))),
      h(
        "tbody",
        {},
        ...rows.map(([name, { difference, interval, p, verdict }]) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, scoreTitle(name)),
            h(
              "td",
              { class: "number" },
              `${difference > 0 ? "+" : ""}${scoreText(name, difference)}`,
              h("span", { class: "note interval" }, intervalText(name, interval)),
            ),
            h("td", { class: "number" }, p < 0.001 ? "< 0.001" : p.toFixed(3)),
            h("td", { class: "note" }, verdictText(verdict)),
          ),
        ),
      ),
    ),
  );
}

function verdictText(verdict: Differences[string]["verdict"]): string {
  switch (verdict) {
    case "first":
      return t("the first is better");
    case "second":
      return t("the second is better");
    case "none":
      return t("no difference found");
    case "tooFew":
      return t("too few tasks");
  }
}
