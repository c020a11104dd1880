/** How the tasks of a run were put to its candidate, and the line that tells it where candidates side by side differ in it. */

import { protocols } from "../protocols/protocols.ts";
import type { Mode } from "../runs/request.ts";
import type { RunConfiguration } from "../runs/runRecord.ts";

export interface Prompting {
  readonly suite: string;
  readonly protocol: string;
  /** Absent where every candidate is prompted alike: tasks with tests, and held-out code. */
  readonly prompts?: Mode;
}

const words = {
  "zero-shot": "zero-shot",
  icl: "with drawn examples",
  rag: "with the nearest examples",
  trained: "as in training",
} as const satisfies Record<Mode, string>;

export function promptingOf({ suite, protocol, mode }: RunConfiguration): Prompting {
  const asked = { suite: suite.name, protocol };
  if (suite.kind !== "pairs" || protocol === "editor") return asked;
  // Most protocols ask a trained model as any other.
  const asks = protocols[protocol](suite.name);
  return { ...asked, prompts: mode === "trained" && asks.prompt("x") === asks.prompt("x", []) ? "zero-shot" : mode };
}

/** "Prompted differently: graft-base zero-shot; graft-base + sql-style as in training." Undefined where all were prompted alike. */
export function promptingNote(candidates: readonly (Prompting & { readonly candidate: string })[]): string | undefined {
  const told = candidates.flatMap((own) => {
    const others = candidates.filter(({ suite, protocol }) => suite === own.suite && protocol === own.protocol);
    const differs = others.some(({ prompts }) => prompts !== undefined && prompts !== own.prompts);
    return own.prompts !== undefined && differs ? [`${own.candidate} ${words[own.prompts]}`] : [];
  });
  return told.length === 0 ? undefined : `Prompted differently: ${[...new Set(told)].join("; ")}.`;
}
