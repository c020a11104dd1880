/** Shows the runs with their actions. Only runs of one suite and protocol are comparable, so each pair has its own table. */

import type { BenchmarkState, FromBenchmark, RunCard } from "../protocol/benchmark.ts";
import { Button } from "../shared/button.tsx";
import { Failure } from "../shared/failure.tsx";
import { t } from "../shared/l10n.ts";
import { RunTable } from "./runTable.tsx";

export interface RunsProps {
  runs: BenchmarkState["runs"];
  problem: BenchmarkState["problem"];
  /** Ids, in the order in which they were chosen. */
  chosen: readonly string[];
  choose: (id: string, isChosen: boolean) => void;
  post: (message: FromBenchmark) => void;
}

export function Runs({ runs, problem, chosen, choose, post }: RunsProps) {
  const finished = (runs ?? []).filter(({ result }) => result);
  // A chosen run may have been removed.
  const picked = chosen.flatMap((id) => finished.find((run) => run.id === id) ?? []);
  return (
    <div class="part">
      <h2>{t("Runs")}</h2>
      <div class="tables">
        {problem && <Failure {...problem} />}
        {runs ? (
          <Tables runs={runs} chosen={picked.map(({ id }) => id)} choose={choose} />
        ) : (
          !problem && (
            <p class="note" role="status">
              {t("Looking for runs…")}
            </p>
          )
        )}
      </div>
      {finished.length > 0 && <Actions finished={finished} picked={picked} post={post} />}
    </div>
  );
}

const groupOf = ({ suite, protocol }: RunCard): string => `${suite}, ${protocol}`;

interface TablesProps extends Pick<RunsProps, "chosen" | "choose"> {
  runs: readonly RunCard[];
}

function Tables({ runs, chosen, choose }: TablesProps) {
  if (runs.length === 0) return <p class="note">{t("None yet. An evaluation leaves a run here.")}</p>;
  return (
    <>
      {[...new Set(runs.map(groupOf))].map((group) => (
        <RunTable
          key={group}
          title={group}
          runs={runs.filter((run) => groupOf(run) === group)}
          chosen={chosen}
          choose={choose}
        />
      ))}
    </>
  );
}

interface ActionsProps {
  finished: readonly RunCard[];
  /** Ids in the order in which they were chosen. */
  picked: readonly RunCard[];
  post: (message: FromBenchmark) => void;
}

function Actions({ finished, picked, post }: ActionsProps) {
  const [first, second, ...others] = picked;
  const pair = first && second && others.length === 0 && groupOf(first) === groupOf(second) ? { first, second } : null;
  const toExport = finished.filter((run) => picked.length === 0 || picked.includes(run));
  return (
    <div class="actions">
      <Button
        disabled={!pair}
        onClick={() => pair && post({ type: "compare", first: pair.first.id, second: pair.second.id })}
      >
        {t("Compare")}
      </Button>
      <Button onClick={() => post({ type: "export", runs: toExport.map(({ id }) => id) })}>{t("Export…")}</Button>
      <span class="note" aria-live="polite">
        {pair
          ? t("{0} against {1}", pair.first.candidate, pair.second.candidate)
          : t("Choose two runs of one table to compare them.")}
      </span>
    </div>
  );
}
