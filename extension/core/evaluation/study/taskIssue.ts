/** A task with its answers as Markdown, to be pasted into an issue. Reads no files. */

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
  const where = place ? `, line ${place.line} of ${place.path}` : "";
  const parts = [
    `### ${intent.replaceAll(/\s+/g, " ")}`,
    `Task \`${id}\` of ${suite}${where}. Graft ${version}.`,
    ...(reference === undefined ? [] : ["**Reference**", fenced(reference)]),
    ...answers.flatMap((answer, run) => (answer ? answerParts(runs[run]!, answer, reference) : [])),
  ];
  return `${parts.join("\n\n")}\n`;
}

function answerParts(name: string, { predictions, prompt }: TaskAnswers, reference: string | undefined): string[] {
  const [best] = predictions;
  if (!best) return [`**${name}**: no answer`];
  const { text, logProbability, verdict } = best;
  const facts = [
    ...(text === reference ? ["equal to the reference"] : []),
    ...(verdict ? [verdict.passed ? "passes its tests" : `fails its tests: ${verdict.output}`] : []),
    ...(logProbability === undefined ? [] : [`log-probability ${logProbability.toFixed(2)}`]),
  ];
  return [
    `**${name}**${facts.length > 0 ? ` (${facts.join(", ")})` : ""}`,
    fenced(text),
    ...(prompt === undefined ? [] : [`<details><summary>Prompt</summary>\n\n${fenced(prompt, "text")}\n\n</details>`]),
  ];
}

/** The fence is longer than any in the text, so that the text cannot end it. */
function fenced(text: string, language = "python"): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
