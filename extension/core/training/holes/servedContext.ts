/** Decides what precedes a training request: the same that completion puts in front of such a request. */

import { contextTokensOf } from "../../completion/context/contextBudget.ts";
import { contextKinds, type ContextKind } from "../../completion/context/contextFields.ts";

export const servedContexts = contextKinds;
export type ServedContext = ContextKind;

/** Returns the context that completion gives a base of this size. */
export function servedContextOf(parameters: number): ServedContext {
  return contextTokensOf({ parameters }) > 0 ? "repository" : "file";
}
