/** Our protocol: the paper's, without the faults that hide a model's ability. */

import { instructionPrompt } from "../../tokenizer/template.ts";
import { strip } from "../measures/whitespace.ts";
import type { Protocol } from "./protocol.ts";

/**
 * Prompts have the form of training, and examples look the same. A prediction ends where the next instruction would begin, or at a fence.
 * Nothing is cut at "<", ">" or, as a rule, at a line's end, so a model can match every reference. The comparison ignores only white space
 * at the ends of predictions and references. If the context is full, the prompt loses whole examples.
 */
export function graft(suite: string): Protocol {
  const stops = ["\n### ", "```"];
  return {
    prompt: (intent, examples = []) => {
      const shown = examples.map((example) => `${instructionPrompt(example.intent)}${example.code}\n\n`);
      return [...shown, instructionPrompt(intent)].join("");
    },
    stops,
    maxNewTokens: suite === "conala" ? 64 : 128,
    gap: false,
    givesWay: "examples",
    codeBleu: "k4black",
    prediction: (text) => {
      const ends = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
      return strip(text.slice(0, Math.min(text.length, ...ends)));
    },
    reference: strip,
  };
}
