/** The studies panel: a list of studies and a form for new ones, or the plan, progress and results of the open one. */

import { useLayoutEffect, useReducer, useRef } from "preact/hooks";
import type { AskedPair, FromStudies, ToStudies } from "../protocol/study.ts";
import { Failure } from "../shared/failure.tsx";
import { useKeptFocus } from "../shared/focus.ts";
import { connectToHost } from "../shared/host.ts";
import { t } from "../shared/l10n.ts";
import { showPage, useMessages } from "../shared/page.tsx";
import { Charts } from "./charts/charts.tsx";
import { History } from "./history.tsx";
import { NewStudy } from "./newStudy.tsx";
import { changed, initialState, type Change, type Kept, type PageState } from "./pageState.ts";
import { Plan } from "./plan/plan.tsx";
import { Results } from "./results.tsx";
import { StudyList } from "./studyList.tsx";
import { Tasks } from "./tasks.tsx";
// oxlint-disable-next-line import/no-unassigned-import -- The build writes the style sheet beside the script.
import "./study.css";

const host = connectToHost<FromStudies, ToStudies, Kept>();

function StudiesPage() {
  const [state, change] = useReducer(changed, host.kept, initialState);
  const page = useRef<HTMLElement>(null);
  useMessages(host, change);
  const { draft, isDrafting } = state;
  useLayoutEffect(() => host.keep({ draft, isDrafting }), [draft, isDrafting]);
  const found = (selector: string): HTMLElement | null | undefined =>
    page.current?.querySelector<HTMLElement>(selector);
  useKeptFocus(() => found("button.primary:enabled") ?? found("button:enabled"));
  return (
    <main ref={page} aria-label={t("Studies")}>
      <Parts state={state} change={change} />
    </main>
  );
}

function Parts({ state, change }: { state: PageState; change: (change: Change) => void }) {
  const { studies, fields, paperData, results, drilled, differences, draft, isDrafting } = state;
  if (!studies || !fields) return null;
  const { open, problem } = studies;
  const { post } = host;
  const drill = (suite: number | undefined): void => {
    change({ type: "drill", suite });
    if (suite !== undefined) post({ type: "tasks", suite });
  };
  if (open) {
    const ask = (id: string): void => {
      change({ type: "ask", id });
      if (drilled) post({ type: "task", suite: drilled.suite, id });
    };
    const askDifferences = (pair: AskedPair): void => {
      change({ type: "askDifferences", pair });
      post({ type: "differences", pair });
    };
    return (
      <>
        <Plan study={open} hasResults={(results?.suites.length ?? 0) > 0} post={post} />
        {results && <Results results={results} drilled={drilled?.suite} drill={drill} />}
        {drilled && (
          <Tasks drilled={drilled} title={results?.suites[drilled.suite]?.suite ?? ""} ask={ask} post={post} />
        )}
        {results && <Charts {...{ results, differences, askDifferences, post }} />}
        {results && <History history={results.history} isBusy={open.phase !== "ready"} post={post} />}
      </>
    );
  }
  return (
    <>
      {problem && <Failure {...problem} />}
      {isDrafting ? (
        <NewStudy {...{ draft, fields, paperData, studies, post, change }} />
      ) : (
        <StudyList {...{ studies, fields, paperData, post, change }} />
      )}
    </>
  );
}

showPage(<StudiesPage />);
