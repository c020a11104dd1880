/** The benchmark panel: shows a form, the running evaluation, the runs, and a comparison from the extension's state. */

import { useLayoutEffect, useReducer, useRef } from "preact/hooks";
import type { FromBenchmark, ToBenchmark } from "../protocol/benchmark.ts";
import { useKeptFocus } from "../shared/focus.ts";
import { connectToHost } from "../shared/host.ts";
import { t } from "../shared/l10n.ts";
import { showPage, useMessages } from "../shared/page.tsx";
import { Comparison } from "./comparison.tsx";
import { Evaluation } from "./evaluation.tsx";
import { Form } from "./form.tsx";
import { changed, initialState, type Change, type Kept, type PageState } from "./pageState.ts";
import { Runs } from "./runs.tsx";
// oxlint-disable-next-line import/no-unassigned-import -- The build writes the style sheet beside the script.
import "./benchmark.css";

const host = connectToHost<FromBenchmark, ToBenchmark, Kept>();

function BenchmarkPage() {
  const [state, change] = useReducer(changed, host.kept, initialState);
  const page = useRef<HTMLElement>(null);
  useMessages(host, change);
  const { draft, picked } = state;
  useLayoutEffect(() => host.keep({ draft, picked }), [draft, picked]);
  const next = state.benchmark?.evaluation.phase === "idle" ? "form" : ".evaluation";
  useKeptFocus(() => page.current?.querySelector<HTMLElement>(`${next} :is(button, select):enabled`));
  return (
    <main ref={page} aria-label={t("Benchmark")}>
      <Parts state={state} change={change} />
    </main>
  );
}

function Parts({ state, change }: { state: PageState; change: (change: Change) => void }) {
  const { benchmark, numbers, paperData, draft, picked } = state;
  if (!benchmark || !numbers) return null;
  const { base, adapters, evaluation, runs, problem, comparison } = benchmark;
  return (
    <>
      {evaluation.phase !== "running" && (
        <div class="part">
          <h2>{t("New evaluation")}</h2>
          <p class="note">{base !== undefined && t("The base in use is {0}.", base)}</p>
          <Form
            draft={draft}
            numbers={numbers}
            paperData={paperData}
            adapters={adapters}
            edit={(part) => change({ type: "edited", part })}
            post={host.post}
          />
        </div>
      )}
      <Evaluation state={evaluation} post={host.post} />
      <Runs
        runs={runs}
        problem={problem}
        chosen={picked}
        choose={(run, isPicked) => change({ type: "picked", run, isPicked })}
        post={host.post}
      />
      {comparison && <Comparison comparison={comparison} runs={runs ?? []} post={host.post} />}
    </>
  );
}

showPage(<BenchmarkPage />);
