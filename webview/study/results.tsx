/** The results of a study: a table for each suite, sortable, with the columns that the user chooses. */

import { measureFormat, valueText } from "../../extension/core/evaluation/measures/measureFormat.ts";
import type { RowView, StudyResults, SuiteView } from "../protocol/studyResults.ts";
import { isWhole, scoreTitle } from "../shared/scores.ts";
import { Button } from "../shared/button.tsx";
import { t } from "../shared/l10n.ts";
import { Check } from "../shared/form/check.tsx";
import { Effects } from "./effects.tsx";
import { costColumns, isShownAtFirst, sorted, type Column, type Sorting } from "./columns.ts";
import type { Look } from "./pageState.ts";

export interface ResultsProps {
  results: StudyResults;
  look: Look;
  lookAt: (part: Partial<Look>) => void;
  /** The suite whose tasks are shown. */
  drilled: number | undefined;
  drill: (suite: number | undefined) => void;
}

export function Results({ results: { suites }, look: { columns, sorting }, lookAt, drilled, drill }: ResultsProps) {
  if (suites.length === 0) return null;
  const measures = [...new Set(suites.flatMap((suite) => suite.measures))].filter(isWhole);
  const names = [
    ...measures.map((name) => [name, scoreTitle(name)] as const),
    ...costColumns.map(({ key, title }) => [key, title] as const),
  ];
  const allRows = suites.flatMap(({ rows }) => rows);
  const isShown = (name: string): boolean => columns[name] ?? isShownAtFirst(name, allRows);
  return (
    <div class="part">
      <h2>{t("Results")}</h2>
      <details>
        <summary>{t("Columns")}</summary>
        <div class="columns">
          {names.map(([name, title]) => (
            <Check
              key={name}
              label={title}
              checked={isShown(name)}
              onChange={(on) => lookAt({ columns: { ...columns, [name]: on } })}
            />
          ))}
        </div>
      </details>
      {suites.map((suite, i) => (
        <SuiteTable
          key={titleOf(suite)}
          suite={suite}
          isShown={isShown}
          sorting={sorting[titleOf(suite)]}
          sort={(by) => lookAt({ sorting: { ...sorting, [titleOf(suite)]: by } })}
          isDrilled={drilled === i}
          drill={() => drill(drilled === i ? undefined : i)}
        />
      ))}
      {suites.some(({ rows }) => rows.length > 1) && (
        <p class="note">
          {t(
            "★ best: better than all others by the paired tests, corrected for their number (Holm). = tied: the highest score, and those that no test tells from it.",
          )}
        </p>
      )}
    </div>
  );
}

const titleOf = ({ suite, protocol }: SuiteView): string => `${suite}, ${protocol}`;

interface SuiteTableProps {
  suite: SuiteView;
  isShown: (column: string) => boolean;
  sorting: Sorting | undefined;
  sort: (by: Sorting) => void;
  isDrilled: boolean;
  drill: () => void;
}

function SuiteTable({ suite, isShown, sorting, sort: sortBy, isDrilled, drill }: SuiteTableProps) {
  const { measures, rows, fewestItems, note } = suite;
  const title = titleOf(suite);
  const scores = measures.filter((name) => isWhole(name) && isShown(name));
  const columns: Column[] = [
    { key: "items", title: t("Tasks"), value: ({ items }) => items, text: ({ items }) => String(items) },
    ...scores.map((name): Column => ({
      key: name,
      title: scoreTitle(name),
      measure: name,
      value: ({ scores: all }) => all[name]?.value,
    })),
    ...costColumns.filter(({ key }) => isShown(key)),
  ];
  const order = sorted(rows, columns, sorting);
  const sort = (key: string): void =>
    sortBy(sorting?.key === key ? { key, isUp: !sorting.isUp } : { key, isUp: key === "candidate" });
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label={title}>
        <table>
          <caption>{title}</caption>
          <thead>
            <tr>
              <Heading column="candidate" title={t("Candidate")} sorting={sorting} sort={sort} />
              {columns.map(({ key, title: text }) => (
                <Heading key={key} column={key} title={text} isNumber sorting={sorting} sort={sort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {order.map((row) => (
              <Row key={row.candidate} row={row} columns={columns} />
            ))}
          </tbody>
        </table>
      </div>
      {note !== undefined && <p class="note">{note}</p>}
      <Effects effects={suite.effects} />
      {rows.length > 1 && rows.some(({ items }) => items < fewestItems) && (
        <p class="note">{t("Fewer than {0} tasks: too few to tell which is better.", fewestItems)}</p>
      )}
      <div class="actions">
        <Button onClick={drill} label={`${isDrilled ? t("Hide tasks") : t("Show tasks")}: ${title}`}>
          {isDrilled ? t("Hide tasks") : t("Show tasks")}
        </Button>
      </div>
    </>
  );
}

interface HeadingProps {
  column: string;
  title: string;
  isNumber?: boolean;
  sorting: Sorting | undefined;
  sort: (column: string) => void;
}

function Heading({ column, title, isNumber = false, sorting, sort }: HeadingProps) {
  const direction = sorting?.key === column ? (sorting.isUp ? "ascending" : "descending") : undefined;
  return (
    <th scope="col" class={isNumber ? "number" : undefined} aria-sort={direction}>
      <button type="button" class="sort" onClick={() => sort(column)}>
        {title}
        <span aria-hidden="true">{direction === undefined ? "" : direction === "ascending" ? " ▲" : " ▼"}</span>
      </button>
    </th>
  );
}

function Row({ row, columns }: { row: RowView; columns: readonly Column[] }) {
  return (
    <tr>
      <th scope="row">
        {row.candidate}
        {row.seeds.length > 1 && <span class="note interval">{t("mean of the seeds {0}", row.seeds.join(", "))}</span>}
      </th>
      {columns.map((column) =>
        column.measure === undefined ? (
          <td key={column.key} class="number">
            {column.text?.(row)}
          </td>
        ) : (
          <Score key={column.key} row={row} name={column.measure} />
        ),
      )}
    </tr>
  );
}

function Score({ row, name }: { row: RowView; name: string }) {
  const score = row.scores[name];
  if (!score) return <td class="number note">–</td>;
  const mark = row.marks[name];
  const unit = measureFormat(name).unit;
  const text = `${valueText(name, score.value)}${unit === "%" ? " %" : ""}`;
  return (
    <td class={`number ${mark ?? ""}`}>
      {mark && <abbr title={mark === "best" ? t("best") : t("tied")}>{mark === "best" ? "★ " : "= "}</abbr>}
      {text}
      <span class="note interval">
        {"deviation" in score
          ? `± ${valueText(name, score.deviation)}`
          : t("{0} to {1}", valueText(name, score.low), valueText(name, score.high))}
      </span>
    </td>
  );
}
