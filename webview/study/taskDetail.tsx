/** A task: its reference, and every run's answers with what differs from it. */

import { diffWordsWithSpace, type Change } from "diff";
import type { FromStudies, TaskView } from "../protocol/study.ts";
import { Button } from "../shared/button.tsx";
import { t } from "../shared/l10n.ts";

export interface TaskDetailProps {
  detail: TaskView;
  runs: readonly string[];
  suite: number;
  post: (message: FromStudies) => void;
}

export function TaskDetail({ detail, runs, suite, post }: TaskDetailProps) {
  const { id, intent, reference, place, answers } = detail;
  const compared = answers.map((answer) => answer && comparedTo(reference, answer));
  const hasMarks = compared.some((answer) =>
    answer?.predictions.some(({ text, parts }) => parts !== undefined && text !== reference),
  );
  return (
    <div class="detail">
      <h3>{intent}</h3>
      <p class="note">{place ? t("Line {0} of {1}", place.line, place.path) : id}</p>
      <div class="actions">
        <Button style="link" onClick={() => post({ type: "copyIssue", suite, id })}>
          {t("Copy as issue")}
        </Button>
      </div>
      {reference !== undefined && (
        <>
          <h4>{t("Reference")}</h4>
          <pre class="code" tabIndex={0}>
            {reference}
          </pre>
        </>
      )}
      {hasMarks && (
        <p class="note">{t("In answers, underlined text is not in the reference, and struck text is missing.")}</p>
      )}
      {compared.map((answer, run) =>
        answer === null ? null : (
          <Answer
            key={run}
            name={runs[run]!}
            answer={answer}
            reference={reference}
            onDiff={() => post({ type: "diff", suite, id, run })}
          />
        ),
      )}
    </div>
  );
}

/** An answer whose predictions have their {@link differences} from the reference. */
type ComparedAnswer = ReturnType<typeof comparedTo>;

function comparedTo(reference: string | undefined, answer: NonNullable<TaskView["answers"][number]>) {
  const predictions = answer.predictions.map((each) => ({ ...each, parts: differences(each.text, reference) }));
  return { ...answer, predictions };
}

interface AnswerProps {
  name: string;
  answer: ComparedAnswer;
  reference: string | undefined;
  onDiff: () => void;
}

function Answer({ name, answer: { predictions, prompt }, reference, onDiff }: AnswerProps) {
  const [best, ...others] = predictions;
  return (
    <div class="answer">
      <h4>{name}</h4>
      {best ? <Prediction prediction={best} reference={reference} /> : <p class="note">{t("No answer.")}</p>}
      <div class="actions">
        {reference !== undefined && (
          <Button style="link" label={`${t("Open in editor")}: ${name}`} onClick={onDiff}>
            {t("Open in editor")}
          </Button>
        )}
        {others.length > 0 && (
          <details>
            <summary>{t("{0} other answers", others.length)}</summary>
            {others.map((prediction, i) => (
              <Prediction key={i} prediction={prediction} reference={reference} />
            ))}
          </details>
        )}
        {prompt !== undefined && (
          <details>
            <summary>{t("Prompt, with its examples")}</summary>
            <pre class="code" tabIndex={0}>
              {prompt}
            </pre>
          </details>
        )}
      </div>
    </div>
  );
}

function Prediction({
  prediction: { text, parts, logProbability, verdict },
  reference,
}: {
  prediction: ComparedAnswer["predictions"][number];
  reference: string | undefined;
}) {
  const facts = [
    ...(reference === text ? [t("equal to the reference")] : []),
    ...(verdict ? [verdict.passed ? t("passes its tests") : t("fails its tests")] : []),
    ...(logProbability === undefined ? [] : [t("log-probability {0}", logProbability.toFixed(2))]),
  ];
  return (
    <>
      <pre class="code" tabIndex={0}>
        {parts?.map(({ value, added, removed }, i) =>
          added ? <ins key={i}>{value}</ins> : removed ? <del key={i}>{value}</del> : <span key={i}>{value}</span>,
        ) ?? text}
      </pre>
      <p class="note">{facts.join(", ")}</p>
      {verdict && !verdict.passed && verdict.output !== "" && (
        <pre class="code output" tabIndex={0}>
          {verdict.output}
        </pre>
      )}
    </>
  );
}

/** From this share of common tokens on, answer and reference are shown as one text with marks. */
const leastShared = 0.25;

/**
 * What the answer adds to the reference, and what it lacks. Undefined without a reference, and if the two share so little that neither
 * would be readable.
 */
function differences(text: string, reference: string | undefined): Change[] | undefined {
  if (reference === undefined) return undefined;
  const parts = diffWordsWithSpace(reference, text);
  const shared = parts.filter(({ added, removed }) => !added && !removed).map(({ value }) => value);
  const all = tokens(reference) + tokens(text);
  return 2 * tokens(shared.join("\n")) < leastShared * all ? undefined : parts;
}

/** Returns the number of words and single symbols, without white space. */
function tokens(text: string): number {
  return text.match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu)?.length ?? 0;
}
