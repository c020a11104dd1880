/** Core's texts in the language of the editor. */

import * as vscode from "vscode";
import { spoken, type Said, type SaidProblem } from "../core/foundation/words/said.ts";

export function translated(said: Said): string {
  return spoken(said, (template, values) => vscode.l10n.t(template, ...values));
}

/** Translates what is wrong and what to do. */
export function translatedProblem({ message, nextStep }: SaidProblem): { message: string; nextStep: string } {
  return { message: translated(message), nextStep: translated(nextStep) };
}

/** Both as one line, because lists show only one. */
export function problemInOneLine(problem: SaidProblem): string {
  const { message, nextStep } = translatedProblem(problem);
  return `${message} ${nextStep}`.replaceAll(/\s+/g, " ");
}
