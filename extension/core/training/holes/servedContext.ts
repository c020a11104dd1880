/** What stands in front of a training request: what completion puts in front of the same request. */

import { contextTokensOf } from "../../completion/context/contextBudget.ts";

/** "file": the path of the file; "repository": parts of other files, too. */
export const servedContexts = ["file", "repository"] as const;
export type ServedContext = (typeof servedContexts)[number];

/** Returns what completion gives a base of this size. */
export function servedContextOf(parameters: number): ServedContext {
  return contextTokensOf({ parameters }) > 0 ? "repository" : "file";
}
