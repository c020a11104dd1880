/** The training view: shows the form, the running training, or its outcome, depending on the extension's state. */

import { useLayoutEffect, useReducer, useRef } from "preact/hooks";
import type { FromTraining, ToTraining } from "../protocol/training.ts";
import { useKeptFocus } from "../shared/focus.ts";
import { connectToHost } from "../shared/host.ts";
import { showPage, useMessages } from "../shared/page.tsx";
import type { FormDraft } from "./draft.ts";
import { Form } from "./form.tsx";
import { Outcome } from "./outcome/outcome.tsx";
import { changed, initialState, type Change, type PageState } from "./pageState.ts";
import { Progress } from "./progress.tsx";
import { Discarded, Unfinished } from "./unfinished.tsx";
// oxlint-disable-next-line import/no-unassigned-import -- The build puts the style sheet beside the script.
import "./training.css";

const host = connectToHost<FromTraining, ToTraining, FormDraft>();

function TrainingPage() {
  const [state, change] = useReducer(changed, host.kept, initialState);
  const { training, draft, unfinished, discarded } = state;
  const view = useRef<HTMLDivElement>(null);
  useMessages(host, change);
  useLayoutEffect(() => host.keep(draft), [draft]);
  useLayoutEffect(() => {
    // Adapters may have been added or removed while the form was hidden.
    if (training?.phase === "idle" && draft.nameChosen) host.post({ type: "checkName", name: draft.name.trim() });
  }, [training]);
  useKeptFocus(() => view.current?.querySelector<HTMLElement>(":is(button:not(.link), input):enabled"));
  return (
    <main>
      {/* Only one training runs at a time, so the others wait. */}
      {training?.phase !== "running" && (
        <>
          <Unfinished trainings={unfinished} post={host.post} />
          <Discarded names={discarded} post={host.post} />
        </>
      )}
      <div ref={view}>
        <View state={state} change={change} />
      </div>
    </main>
  );
}

function View({ state, change }: { state: PageState; change: (change: Change) => void }) {
  const { training, numbers, ...facts } = state;
  if (!training || !numbers) return null;
  switch (training.phase) {
    case "idle":
      return <Form {...facts} numbers={numbers} edit={(part) => change({ type: "edited", part })} post={host.post} />;
    case "running":
      return <Progress running={training} post={host.post} />;
    default:
      return <Outcome state={training} post={post} />;
  }

  function post(message: FromTraining): void {
    if (message.type === "discard") change({ type: "discarding", name: message.name });
    host.post(message);
  }
}

showPage(<TrainingPage />);
