/** The runs, a table for each suite and protocol, since only within these are they comparable; and what can be done with some. */

import type { BenchmarkState, FromBenchmark, RunCard } from "../protocol.ts";
import { h } from "../shared/dom.ts";
import { duration } from "../shared/figures.ts";
import { t } from "../shared/l10n.ts";
import { intervalText, isWhole, scoreText, scoreTitle } from "./scores.ts";

export interface RunsView {
  element: HTMLElement;
  update(state: BenchmarkState): void;
}

export function createRunsView(post: (message: FromBenchmark) => void): RunsView {
  /** Ids, in the order in which they were chosen. */
  let chosen: readonly string[] = [];
  let runs: readonly RunCard[] = [];
  let drawn = "";
  const tables = h("div", { class: "tables" });
  const compare = h(
    "button",
    { type: "button", class: "secondary", on: { click: () => post({ type: "compare", ...pair() }) } },
    t("Compare"),
  );
  const exportThem = h(
    "button",
    { type: "button", class: "secondary", on: { click: () => post({ type: "export", runs: toExport() }) } },
    t("Export…"),
  );
  const hint = h("span", { class: "note", "aria-live": "polite" });
  const actions = h("div", { class: "actions" }, compare, exportThem, hint);

  const pair = (): { first: string; second: string } => ({ first: chosen[0]!, second: chosen[1]! });
  const finished = (): RunCard[] => runs.filter(({ result }) => result);
  const toExport = (): string[] => {
    const ids = finished().map(({ id }) => id);
    return chosen.length > 0 ? ids.filter((id) => chosen.includes(id)) : ids;
  };
  const choose = (id: string, isChosen: boolean): void => {
    chosen = [...chosen.filter((other) => other !== id), ...(isChosen ? [id] : [])];
    render();
  };

  function render(): void {
    actions.hidden = finished().length === 0;
    const [first, second] = chosen.map((id) => runs.find((run) => run.id === id));
    const areComparable = chosen.length === 2 && groupOf(first!) === groupOf(second!);
    compare.disabled = !areComparable;
    hint.textContent = areComparable
      ? t("{0} against {1}", first!.contender, second!.contender)
      : t("Choose two runs of one table to compare them.");
  }

  return {
    element: h("div", { class: "part" }, h("h2", {}, t("Runs")), tables, actions),
    update(state) {
      const now = JSON.stringify([state.runs, state.problem]);
      if (now === drawn) return;
      drawn = now;
      runs = state.runs ?? [];
      chosen = chosen.filter((id) => finished().some((run) => run.id === id));
      tables.replaceChildren(...draw(state, chosen, choose));
      render();
    },
  };
}

const groupOf = ({ suite, protocol }: RunCard): string => `${suite}, ${protocol}`;

function draw(
  { runs, problem }: BenchmarkState,
  chosen: readonly string[],
  choose: (id: string, isChosen: boolean) => void,
): HTMLElement[] {
  const parts: HTMLElement[] = [];
  if (problem) {
    parts.push(h("p", { role: "alert", class: "problem" }, problem.message), h("p", {}, problem.nextStep));
  }
  if (!runs) return problem ? parts : [h("p", { class: "note", role: "status" }, t("Looking for runs…"))];
  if (runs.length === 0) parts.push(h("p", { class: "note" }, t("None yet. An evaluation leaves a run here.")));
  const groups = [...new Set(runs.map(groupOf))];
  return [
    ...parts,
    ...groups.map((group) =>
      table(
        group,
        runs.filter((run) => groupOf(run) === group),
        chosen,
        choose,
      ),
    ),
  ];
}

function table(
  title: string,
  runs: readonly RunCard[],
  chosen: readonly string[],
  choose: (id: string, isChosen: boolean) => void,
): HTMLElement {
  const names = [...new Set(runs.flatMap(({ result }) => Object.keys(result?.scores ?? {})))].filter(isWhole);
  const head = (text: string, style = ""): HTMLElement => h("th", { scope: "col", class: style }, text);
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": title },
    h(
      "table",
      {},
      h("caption", {}, title),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          head(t("Contender")),
          head(t("Tasks"), "number"),
          ...names.map((name) => head(scoreTitle(name), "number")),
        ),
      ),
      h("tbody", {}, ...runs.map((run) => row(run, names, chosen.includes(run.id), choose))),
    ),
  );
}

function row(
  run: RunCard,
  names: readonly string[],
  isChosen: boolean,
  choose: (id: string, isChosen: boolean) => void,
): HTMLElement {
  const { id, contender, startedAt, done, tasks, result } = run;
  const box: HTMLInputElement = h("input", {
    type: "checkbox",
    id: `run ${id}`,
    disabled: !result,
    checked: isChosen,
    on: { change: () => choose(id, box.checked) },
  });
  const when = new Date(startedAt).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  const about = [
    when,
    ...(result ? [duration(result.seconds), t("{0} tokens/s", Math.round(result.tokensPerSecond))] : []),
    ...(result && result.problems > 0 ? [t("{0} left out", result.problems)] : []),
    ...(result ? [] : [t("unfinished: the same choices go on with it")]),
  ].join(", ");
  return h(
    "tr",
    {},
    h(
      "th",
      { scope: "row" },
      h("label", { class: "run" }, box, h("span", {}, contender), h("span", { class: "note" }, about)),
    ),
    h("td", { class: "number" }, result ? `${tasks}` : t("{0} of {1}", done, tasks)),
    ...names.map((name) => {
      const score = result?.scores[name];
      if (!score) return h("td", { class: "number note" }, "–");
      return h(
        "td",
        { class: "number" },
        scoreText(name, score.value),
        h("span", { class: "note interval" }, intervalText(name, score)),
      );
    }),
  );
}
