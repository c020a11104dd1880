/** What stands in front of a training request: what completion puts in front of the same request. */

import { contextTokensOf } from "../../completion/context/contextBudget.ts";
import { contextKinds, type ContextKind } from "../../completion/context/contextFields.ts";

export const servedContexts = contextKinds;
export type ServedContext = ContextKind;

/** Returns what completion gives a base of this size. */
export function servedContextOf(parameters: number): ServedContext {
  return contextTokensOf({ parameters }) > 0 ? "repository" : "file";
}
