/** The parts of continuations that are worth showing. */

import type { Continuation } from "../../inference/decoding/continuation.ts";
import { isRepetitive } from "../../inference/decoding/repetition.ts";
import type { PythonParser } from "../../python/pythonParser.ts";
import type { Cursor, End } from "../stop.ts";
import type { Completion } from "./completion.ts";
import { parsablePrefix } from "./parsablePrefix.ts";
import { postProcess } from "./postProcess.ts";
import { withoutForeignNames } from "./withoutForeignNames.ts";

export interface Candidate extends Pick<Completion, "text" | "tokens" | "logProbability" | "stop"> {
  /** Absent if nothing was generated. */
  readonly from?: Continuation<End["by"]>;
}

/** Cuts each continuation down to the part worth showing. Returns the best one, and all that differ, best first. */
export function candidatesOf(
  continuations: readonly Continuation<End["by"]>[],
  cursor: Cursor,
  options: { readonly parser: PythonParser; readonly fewestVisible: number },
): { best: Candidate } & Pick<Completion, "candidates"> {
  const found = continuations.map((continuation) => candidateOf(continuation, cursor, options));
  const differing = found.filter(({ text }, i) => text !== "" && found.findIndex((other) => other.text === text) === i);
  const [best = found[0] ?? nothing, ...others] = differing;
  const candidates = [best, ...others].map(({ text, logProbability }) => ({ text, logProbability }));
  return { best, candidates };
}

function candidateOf(
  from: Continuation<End["by"]>,
  cursor: Cursor,
  { parser, fewestVisible }: { readonly parser: PythonParser; readonly fewestVisible: number },
): Candidate {
  const { text, tokens, logProbability, stop } = from;
  // postProcess cuts a loop of lines where it begins; a loop within one line leaves nothing useful.
  const isLoop = isRepetitive(tokens) && !text.includes("\n");
  const worthy = isLoop ? "" : postProcess(text, cursor, { isCutOff: stop === "length", fewestVisible });
  return {
    text: settled(worthy, (shown) => {
      const told = withoutForeignNames(parser, parsablePrefix(parser, shown, cursor), cursor);
      return told === shown ? shown : postProcess(told, cursor, { isCutOff: false, fewestVisible });
    }),
    tokens: tokens.length,
    logProbability,
    stop,
    from,
  };
}

/** Repeats a cut until it changes nothing: what remains of a line may be meaningless, and may not parse. */
function settled(text: string, cut: (text: string) => string): string {
  const shorter = cut(text);
  return shorter === text ? text : settled(shorter, cut);
}

const nothing: Candidate = { text: "", tokens: 0, logProbability: 0, stop: "end" };
