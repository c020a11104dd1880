/** The studies of this machine, and the ways to begin one. */

import type { FromStudies, StudiesState, StudyCard } from "../protocol/study.ts";
import { Button } from "../shared/button.tsx";
import { t } from "../shared/l10n.ts";
import { adapterDraft, blankStudy } from "./draft.ts";
import type { Change } from "./pageState.ts";

export interface StudyListProps {
  studies: StudiesState;
  post: (message: FromStudies) => void;
  change: (change: Change) => void;
}

export function StudyList({ studies: { studies, adapters }, post, change }: StudyListProps) {
  const [adapter] = adapters;
  return (
    <>
      <div class="part">
        <h1>{t("Studies")}</h1>
        <p class="note">{t("A study evaluates several candidates on several suites, and tests which is better.")}</p>
        <div class="starts">
          <Start
            title={t("A study of my own")}
            note={t("Choose suites and candidates.")}
            action={t("New study…")}
            onClick={() => change({ type: "drafting", draft: blankStudy })}
          />
          <Start
            title={t("Is my adapter better?")}
            note={
              adapter === undefined
                ? t("Train an adapter first.")
                : t("An adapter against the base alone, with and without the repository.")
            }
            action={t("Compare an adapter…")}
            disabled={adapter === undefined}
            onClick={() => adapter !== undefined && change({ type: "drafting", draft: adapterDraft(adapter) })}
          />
          <Start
            title={t("The paper's questions")}
            note={t("Every training method against examples in the prompt. Trains what is missing, which takes hours.")}
            action={t("Create")}
            onClick={() => post({ type: "createPaper" })}
          />
        </div>
      </div>
      <div class="part">
        <h2>{t("On this machine")}</h2>
        {studies === undefined && <p class="note">{t("Looking for studies…")}</p>}
        {studies?.length === 0 && <p class="note">{t("None yet.")}</p>}
        <ul class="studies">
          {studies?.map((study) => (
            <Card key={study.name} study={study} post={post} />
          ))}
        </ul>
      </div>
    </>
  );
}

interface StartProps {
  title: string;
  note: string;
  action: string;
  disabled?: boolean;
  onClick: () => void;
}

function Start({ title, note, action, disabled = false, onClick }: StartProps) {
  return (
    <div class="card start">
      <h2 class="name">{title}</h2>
      <p class="note">{note}</p>
      <div class="actions">
        <Button disabled={disabled} onClick={onClick} label={`${action} ${title}`}>
          {action}
        </Button>
      </div>
    </div>
  );
}

function Card({ study, post }: { study: StudyCard; post: StudyListProps["post"] }) {
  const { name, title, suites, candidates, problem } = study;
  return (
    <li class="card">
      <h2 class="name">{title}</h2>
      {problem ? (
        <p class="problem">{`${problem.message} ${problem.nextStep}`}</p>
      ) : (
        <p class="note">{t("{0} candidates on {1} suites", candidates, suites)}</p>
      )}
      <div class="actions">
        <Button style="primary" label={`${t("Open")} ${title}`} onClick={() => post({ type: "open", name })}>
          {t("Open")}
        </Button>
        <Button label={`${t("Delete")} ${title}`} onClick={() => post({ type: "remove", name })}>
          {t("Delete")}
        </Button>
      </div>
    </li>
  );
}
