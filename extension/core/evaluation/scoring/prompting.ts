/** The prompts that a run used, and a note for tables whose candidates had different prompts. */

import { english, say, type Said } from "../../foundation/words/said.ts";
import { isProtocolName, protocols } from "../protocols/protocols.ts";
import type { Mode } from "../runs/evaluationRequest.ts";
import type { RunConfiguration } from "../runs/runRecord.ts";

export interface Prompting {
  readonly suite: string;
  readonly protocol: string;
  /** Absent if all candidates have the same prompts: tasks with tests, and held-out code. */
  readonly prompts?: Mode;
}

const words: Readonly<Record<Mode, (candidate: string) => Said>> = {
  "zero-shot": (candidate) => say`${candidate} zero-shot`,
  icl: (candidate) => say`${candidate} with drawn examples`,
  rag: (candidate) => say`${candidate} with the nearest examples`,
  trained: (candidate) => say`${candidate} as in training`,
};

export function promptingOf({ suite, protocol, mode }: RunConfiguration): Prompting {
  const asked = { suite: suite.name, protocol };
  if (suite.kind !== "pairs" || !isProtocolName(protocol)) return asked;
  // Most protocols prompt a trained model like any other.
  const asks = protocols[protocol](suite.name);
  return { ...asked, prompts: mode === "trained" && asks.prompt("x") === asks.prompt("x", []) ? "zero-shot" : mode };
}

/**
 * Returns "Prompted differently: graft-base zero-shot; graft-base + sql-style as in training.", or undefined if all prompts are
 * alike.
 */
export function promptingNote(candidates: readonly (Prompting & { readonly candidate: string })[]): Said | undefined {
  const told = candidates.flatMap((own) => {
    const others = candidates.filter(({ suite, protocol }) => suite === own.suite && protocol === own.protocol);
    const differs = others.some(({ prompts }) => prompts !== undefined && prompts !== own.prompts);
    return own.prompts !== undefined && differs ? [words[own.prompts](own.candidate)] : [];
  });
  const distinct = [...new Map(told.map((text) => [english(text), text])).values()];
  if (distinct.length === 0) return undefined;
  return say`Prompted differently: ${distinct.reduce((list, text) => say`${list}; ${text}`)}.`;
}
