/** Shows the differences of two runs by measure, and whether they are significant. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { valueText } from "../../extension/core/evaluation/measures/measureFormat.ts";
import type { FromBenchmark, RunCard, RunComparison } from "../protocol/benchmark.ts";
import { Button } from "../shared/button.tsx";
import { t } from "../shared/l10n.ts";
import { ProgressBar } from "../shared/progressBar.tsx";
import { ScoreCell } from "./scoreCell.tsx";
import { isWhole, scoreTitle } from "../shared/scores.ts";
import { Table } from "./table.tsx";

type Found = NonNullable<RunComparison["found"]>;
type Difference = Found["differences"][string];

export interface ComparisonProps {
  comparison: RunComparison;
  runs: readonly RunCard[];
  post: (message: FromBenchmark) => void;
}

export function Comparison({ comparison: { first, second, found }, runs, post }: ComparisonProps) {
  const element = useRef<HTMLElement>(null);
  useLayoutEffect(() => element.current?.scrollIntoView({ block: "nearest" }), [first, second, found !== undefined]);
  const name = (id: string): string => runs.find((run) => run.id === id)?.candidate ?? id;
  return (
    <section ref={element} class="card comparison" aria-label={t("Comparison")}>
      <h3>{t("{0} against {1}", name(first), name(second))}</h3>
      {found ? <Differences found={found} /> : <Comparing />}
      <div class="actions">
        <Button onClick={() => post({ type: "closeComparison" })}>{t("Close")}</Button>
      </div>
    </section>
  );
}

function Comparing() {
  return (
    <>
      <p class="stage" role="status">
        {t("Comparing…")}
      </p>
      <ProgressBar share={undefined} label={t("Comparing…")} />
    </>
  );
}

function Differences({ found: { items, fewestItems, differences } }: { found: Found }) {
  const rows = Object.entries(differences).filter(([name]) => isWhole(name));
  return (
    <>
      <p class="note" role="status">
        {t("On the {0} tasks that both have predictions for.", items)}
      </p>
      <div class="scroll">
        <Table texts={[t("Measure")]} numbers={[t("Difference"), "p"]} last="">
          {rows.map(([name, difference]) => (
            <Row key={name} name={name} found={difference} />
          ))}
        </Table>
      </div>
      <p class="note">{t("95 % intervals by the bootstrap over pairs, p by a permutation test.")}</p>
      <p class="note">
        {t(
          "Graft calls one better only with at least {0} tasks, p below 0.05 and an interval that excludes 0.",
          fewestItems,
        )}
      </p>
    </>
  );
}

function Row({ name, found: { difference, interval, p, verdict } }: { name: string; found: Difference }) {
  const text = `${difference > 0 ? "+" : ""}${valueText(name, difference)}`;
  return (
    <tr>
      <th scope="row">{scoreTitle(name)}</th>
      <ScoreCell name={name} text={text} interval={interval} />
      <td class="number">{p < 0.001 ? "< 0.001" : p.toFixed(3)}</td>
      <td class="note">{verdictText(verdict)}</td>
    </tr>
  );
}

function verdictText(verdict: Difference["verdict"]): string {
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
