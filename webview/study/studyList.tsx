/** The studies of this machine, and the ways to begin one. */

import type { PaperDataState } from "../protocol/paperData.ts";
import type { FromStudies, StudiesState, StudyCard, StudyFields } from "../protocol/study.ts";
import { Button } from "../shared/button.tsx";
import { t } from "../shared/l10n.ts";
import type { Change } from "./pageState.ts";
import { Starts } from "./starts.tsx";

export interface StudyListProps {
  studies: StudiesState;
  fields: StudyFields;
  paperData: PaperDataState | undefined;
  post: (message: FromStudies) => void;
  change: (change: Change) => void;
}

export function StudyList({ studies: state, fields, paperData, post, change }: StudyListProps) {
  const { studies } = state;
  return (
    <>
      <div class="part">
        <h1>{t("Studies")}</h1>
        <p class="note">{t("A study evaluates several candidates on several suites, and tests which is better.")}</p>
        <Starts {...{ studies: state, fields, paperData, post, change }} />
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

function Card({ study, post }: { study: StudyCard; post: StudyListProps["post"] }) {
  const { name, title, suites, candidates, problem } = study;
  return (
    <li class="card">
      <h2 class="name">{title}</h2>
      {problem ? (
        <p class="problem">{`${problem.message} ${problem.nextStep}`}</p>
      ) : (
        <p class="note">
          {suites === 1
            ? t("{0} candidates on 1 suite", candidates)
            : t("{0} candidates on {1} suites", candidates, suites)}
        </p>
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
