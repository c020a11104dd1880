/** A table of the runs of one suite and protocol, with their scores. */

import { valueText } from "../../extension/core/evaluation/measures/measureFormat.ts";
import type { RunCard } from "../protocol/benchmark.ts";
import { duration } from "../shared/figures.ts";
import { t } from "../shared/l10n.ts";
import { ScoreCell } from "./scoreCell.tsx";
import { isWhole, scoreTitle } from "../shared/scores.ts";
import { Table } from "./table.tsx";

type Choose = (id: string, isChosen: boolean) => void;

export interface RunTableProps {
  title: string;
  runs: readonly RunCard[];
  /** Ids of the runs. */
  chosen: readonly string[];
  choose: Choose;
}

export function RunTable({ title, runs, chosen, choose }: RunTableProps) {
  const names = [...new Set(runs.flatMap(({ result }) => Object.keys(result?.scores ?? {})))].filter(isWhole);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={title}>
      <Table caption={title} texts={[t("Candidate")]} numbers={[t("Tasks"), ...names.map(scoreTitle)]}>
        {runs.map((run) => (
          <Row key={run.id} run={run} names={names} isChosen={chosen.includes(run.id)} choose={choose} />
        ))}
      </Table>
    </div>
  );
}

interface RowProps {
  run: RunCard;
  /** Names of the measures. */
  names: readonly string[];
  isChosen: boolean;
  choose: Choose;
}

function Row({ run, names, isChosen, choose }: RowProps) {
  const { id, candidate, done, tasks, result } = run;
  return (
    <tr>
      <th scope="row">
        <label class="run">
          <input
            type="checkbox"
            disabled={!result}
            checked={isChosen}
            onChange={({ currentTarget: { checked } }) => choose(id, checked)}
          />
          <span>{candidate}</span>
          <span class="note">{about(run)}</span>
        </label>
      </th>
      <td class="number">{result ? tasks : t("{0} of {1}", done, tasks)}</td>
      {names.map((name) => {
        const score = result?.scores[name];
        if (score) return <ScoreCell key={name} name={name} text={valueText(name, score.value)} interval={score} />;
        return (
          <td key={name} class="number note">
            –
          </td>
        );
      })}
    </tr>
  );
}

function about({ startedAt, result }: RunCard): string {
  const when = new Date(startedAt).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  if (!result) return [when, t("unfinished: the same choices continue it")].join(", ");
  const facts = [when, duration(result.seconds), t("{0} tokens/s", Math.round(result.tokensPerSecond))];
  return [...facts, ...(result.problems > 0 ? [t("{0} left out", result.problems)] : [])].join(", ");
}
