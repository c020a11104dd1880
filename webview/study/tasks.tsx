/** The tasks of a suite: filters, a list that draws only what is in view, and the chosen task. */

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { FromStudies, TaskRowView } from "../protocol/study.ts";
import { t } from "../shared/l10n.ts";
import type { Change, Drilled } from "./pageState.ts";
import { TaskDetail } from "./taskDetail.tsx";
import { filtered, type TaskFilter } from "./taskFilter.ts";
import { TextInput } from "../shared/form/textInput.tsx";

export interface TasksProps {
  drilled: Drilled;
  /** The suite. */
  title: string;
  change: (change: Change) => void;
  post: (message: FromStudies) => void;
}

/** Pixels, as in the style sheet. */
const rowHeight = 26;
const listHeight = 286;
/** Rows above and below those in view, so that quick scrolling shows no gap. */
const margin = 8;

export function Tasks({ drilled, title, change, post }: TasksProps) {
  const { tasks, filter, detail, suite, asked, isReturn } = drilled;
  const section = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (!tasks || !isReturn) return;
    section.current?.scrollIntoView();
    section.current?.querySelector<HTMLElement>("[role=listbox]")?.focus({ preventScroll: true });
  }, [tasks === undefined]);
  const rows = useMemo(() => (tasks ? filtered(tasks, filter) : []), [tasks, filter]);
  if (!tasks) {
    return (
      <p class="note" role="status">
        {t("Reading the tasks…")}
      </p>
    );
  }
  return (
    <section ref={section} class="tasks" aria-label={t("Tasks of {0}", title)}>
      <h2>{t("Tasks of {0}", title)}</h2>
      <Filters filter={filter} runs={tasks.runs} edit={(part) => change({ type: "filter", part })} />
      <p class="note" role="status">
        {t("{0} of {1} tasks. Arrow keys go through them.", rows.length, tasks.rows.length)}
      </p>
      <List rows={rows} runs={tasks.runs} chosen={asked} ask={(id) => change({ type: "ask", id })} />
      {detail && <TaskDetail detail={detail} runs={tasks.runs} suite={suite} post={post} />}
    </section>
  );
}

interface FiltersProps {
  filter: TaskFilter;
  runs: readonly string[];
  edit: (part: Partial<TaskFilter>) => void;
}

const orders: Readonly<Record<TaskFilter["order"], string>> = {
  suite: t("as in the suite"),
  longest: t("longest first"),
  similar: t("most similar first"),
  different: t("most different first"),
};

function Filters({ filter, runs, edit }: FiltersProps) {
  return (
    <div class="fields filters">
      <div class="field">
        <label for="search">{t("Search")}</label>
        <TextInput id="search" value={filter.search} onType={(search) => edit({ search })} />
      </div>
      <RunChoice
        id="right"
        label={t("Right")}
        runs={runs}
        chosen={filter.right}
        onChoose={(right) => edit({ right })}
      />
      <RunChoice
        id="wrong"
        label={t("Wrong")}
        runs={runs}
        chosen={filter.wrong}
        onChoose={(wrong) => edit({ wrong })}
      />
      <div class="field">
        <label for="order">{t("Order")}</label>
        <select
          id="order"
          value={filter.order}
          onChange={({ currentTarget: { value } }) => edit({ order: value as TaskFilter["order"] })}
        >
          {Object.entries(orders).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

interface RunChoiceProps {
  id: string;
  label: string;
  runs: readonly string[];
  chosen: number | undefined;
  onChoose: (run: number | undefined) => void;
}

function RunChoice({ id, label, runs, chosen, onChoose }: RunChoiceProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={chosen === undefined ? "" : String(chosen)}
        onChange={({ currentTarget: { value } }) => onChoose(value === "" ? undefined : Number(value))}
      >
        <option value="">{t("any")}</option>
        {runs.map((name, i) => (
          <option key={i} value={String(i)}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

interface ListProps {
  rows: readonly TaskRowView[];
  runs: readonly string[];
  /** The id of the chosen task. */
  chosen: string | undefined;
  ask: (id: string) => void;
}

function List({ rows, runs, chosen, ask }: ListProps) {
  const list = useRef<HTMLDivElement>(null);
  const [firstInView, setFirstInView] = useState(0);
  const at = rows.findIndex(({ id }) => id === chosen);
  useLayoutEffect(() => {
    const box = list.current;
    if (!box || at < 0) return;
    const y = at * rowHeight;
    if (y < box.scrollTop) box.scrollTop = y;
    else if (y + rowHeight > box.scrollTop + listHeight) box.scrollTop = y + rowHeight - listHeight;
  }, [at]);
  const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
  const press = (event: KeyboardEvent): void => {
    const goal =
      { Home: 0, End: rows.length - 1 }[event.key] ?? (event.key in steps ? at + steps[event.key]! : undefined);
    if (goal === undefined || rows.length === 0) return;
    event.preventDefault();
    ask(rows[Math.max(0, Math.min(rows.length - 1, goal))]!.id);
  };
  const first = Math.max(0, firstInView - margin);
  const drawn = rows.slice(first, first + Math.ceil(listHeight / rowHeight) + 2 * margin);
  return (
    <div
      ref={list}
      class="list"
      role="listbox"
      tabIndex={0}
      aria-label={t("Tasks")}
      aria-activedescendant={at >= 0 ? `task-${at}` : undefined}
      onKeyDown={press}
      onScroll={({ currentTarget }) => setFirstInView(Math.floor(currentTarget.scrollTop / rowHeight))}
    >
      <div class="whole" style={{ height: `${rows.length * rowHeight}px` }}>
        {drawn.map((row, i) => (
          <Task
            key={row.id}
            row={row}
            number={first + i}
            count={rows.length}
            runs={runs}
            isChosen={row.id === chosen}
            ask={ask}
          />
        ))}
      </div>
    </div>
  );
}

interface TaskProps {
  row: TaskRowView;
  number: number;
  /** The number of all rows; most are not drawn. */
  count: number;
  runs: readonly string[];
  isChosen: boolean;
  ask: (id: string) => void;
}

/** Redraws only what has changed: with thirty runs, the rows in view are a thousand elements. */
function Task({ row, number, count, runs, isChosen, ask }: TaskProps) {
  const latest = useRef(ask);
  latest.current = ask;
  return useMemo(
    () => <TaskLine {...{ row, number, count, runs, isChosen }} ask={(id) => latest.current(id)} />,
    [row, number, count, runs, isChosen],
  );
}

function TaskLine({ row, number, count, runs, isChosen, ask }: TaskProps) {
  const right = row.cells.flatMap((cell, i) => (cell?.isRight ? [runs[i]!] : []));
  const label = right.length === 0 ? t("no run is right") : t("right: {0}", right.join("; "));
  return (
    <div
      class="task"
      role="option"
      id={`task-${number}`}
      aria-posinset={number + 1}
      aria-setsize={count}
      aria-selected={isChosen}
      aria-label={`${row.intent}, ${label}`}
      style={{ top: `${number * rowHeight}px` }}
      onClick={() => ask(row.id)}
    >
      <span class="cells" aria-hidden="true">
        {stretches(row).map(({ isRight, signs, at }) => (
          <span key={at} class={isRight ? "right" : "wrong"} title={runs.slice(at, at + signs.length).join("\n")}>
            {signs}
          </span>
        ))}
      </span>
      <span class="intent">{row.intent}</span>
    </div>
  );
}

/** The signs of the runs; neighbours that look the same share an element. */
function stretches({ cells }: TaskRowView): { isRight: boolean; signs: string; at: number }[] {
  const found: { isRight: boolean; signs: string; at: number }[] = [];
  for (const [at, cell] of cells.entries()) {
    const isRight = cell?.isRight ?? false;
    const sign = cell === null ? "·" : isRight ? "✓" : "✗";
    const last = found.at(-1);
    if (last?.isRight === isRight) last.signs += sign;
    else found.push({ isRight, signs: sign, at });
  }
  return found;
}
