/**
 * A task with its answers as Markdown, to be pasted into an issue. Suites come from other people, and answers from a model, so all of
 * their text is formatted as code: it cannot link, load an image or mention anyone. Reads no files.
 */

import { codeBlock, inlineCode } from "../scoring/markdown.ts";
import type { TaskAnswers, TaskDetail } from "./studyTasks.ts";

export interface IssueOptions {
  /** "conala, paper-v2" */
  readonly suite: string;
  /** Names of the runs, in the order of the answers. */
  readonly runs: readonly string[];
  /** Graft's version. */
  readonly version: string;
}

export function taskIssue(
  { id, intent, reference, place, answers }: TaskDetail,
  { suite, runs, version }: IssueOptions,
): string {
  const where = place ? `, line ${place.line} of ${inlineCode(place.path)}` : "";
  const parts = [
    `### ${inlineCode(intent)}`,
    `Task ${inlineCode(id)} of ${inlineCode(suite)}${where}. Graft ${version}.`,
    ...(reference === undefined ? [] : ["**Reference**", codeBlock(reference, "python")]),
    ...answers.flatMap((answer, run) => (answer ? answerParts(runs[run]!, answer, reference) : [])),
  ];
  return `${parts.join("\n\n")}\n`;
}

function answerParts(name: string, { predictions, prompt }: TaskAnswers, reference: string | undefined): string[] {
  const [best] = predictions;
  if (!best) return [`**${inlineCode(name)}**: no answer`];
  const { text, logProbability, verdict } = best;
  const facts = [
    ...(text === reference ? ["equal to the reference"] : []),
    ...(verdict ? [verdict.passed ? "passes its tests" : "fails its tests"] : []),
    ...(logProbability === undefined ? [] : [`log-probability ${logProbability.toFixed(2)}`]),
  ];
  return [
    `**${inlineCode(name)}**${facts.length > 0 ? ` (${facts.join(", ")})` : ""}`,
    codeBlock(text, "python"),
    ...(verdict && !verdict.passed && verdict.output !== "" ? ["Output:", codeBlock(verdict.output, "text")] : []),
    ...(prompt === undefined
      ? []
      : [`<details><summary>Prompt</summary>\n\n${codeBlock(prompt, "text")}\n\n</details>`]),
  ];
}
