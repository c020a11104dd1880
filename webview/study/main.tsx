/** The studies panel: a list of studies and a form for new ones, or the plan, progress and results of the open one. */

import { useEffect, useLayoutEffect, useReducer } from "preact/hooks";
import type { AskedPair, FromStudies, ToStudies } from "../protocol/study.ts";
import { Failure } from "../shared/failure.tsx";
import { useKeptFocus } from "../shared/focus.ts";
import { connectToHost } from "../shared/host.ts";
import { t } from "../shared/l10n.ts";
import { showPage, useMessages } from "../shared/page.tsx";
import { Charts } from "./charts/charts.tsx";
import { History } from "./history.tsx";
import { NewStudy } from "./newStudy.tsx";
import { changed, initialState, placeOf, type Change, type Kept, type Look, type PageState } from "./pageState.ts";
import { Plan } from "./plan/plan.tsx";
import { Results } from "./results.tsx";
import { StudyList } from "./studyList.tsx";
import { Tasks } from "./tasks.tsx";
// oxlint-disable-next-line import/no-unassigned-import -- The build writes the style sheet beside the script.
import "./study.css";

const host = connectToHost<FromStudies, ToStudies, Kept>();

function StudiesPage() {
  const [state, change] = useReducer(changed, host.kept, initialState);
  useMessages(host, change);
  const { draft, isDrafting, look, drilled, results, goal } = state;
  useLayoutEffect(
    () => host.keep({ draft, isDrafting, look, place: placeOf(state) }),
    [draft, isDrafting, look, drilled, results, goal],
  );
  useTasks(state);
  useKeptFocus();
  return (
    <main aria-label={t("Studies")}>
      <Parts state={state} change={change} />
    </main>
  );
}

/** Requests the tasks that are drilled into and the chosen one, and does so again whenever the results change. */
function useTasks({ drilled, results }: PageState): void {
  const { suite, asked } = drilled ?? {};
  useEffect(() => {
    if (suite !== undefined) host.post({ type: "tasks", suite });
  }, [suite, results]);
  useEffect(() => {
    if (suite !== undefined && asked !== undefined) host.post({ type: "task", suite, id: asked });
  }, [suite, asked, results]);
}

function Parts({ state, change }: { state: PageState; change: (change: Change) => void }) {
  const { studies, fields, paperData, results, drilled, differences, look, draft, isDrafting } = state;
  if (!studies || !fields) return null;
  const { open, problem } = studies;
  const { post } = host;
  if (open) {
    const lookAt = (part: Partial<Look>): void => change({ type: "look", part });
    const askDifferences = (pair: AskedPair): void => {
      change({ type: "askDifferences", pair });
      post({ type: "differences", pair });
    };
    return (
      <>
        <Plan study={open} hasResults={(results?.suites.length ?? 0) > 0} post={post} />
        {results && (
          <Results
            {...{ results, look, lookAt }}
            drilled={drilled?.suite}
            drill={(suite) => change({ type: "drill", suite })}
          />
        )}
        {drilled && <Tasks {...{ drilled, change, post }} title={results?.suites[drilled.suite]?.suite ?? ""} />}
        {results && <Charts {...{ results, differences, look, lookAt, askDifferences, post }} />}
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
