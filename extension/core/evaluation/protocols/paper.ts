/**
 * The protocols of Weyssow et al., arXiv 2308.10462, from the authors' code (github.com/martin-wey/peft-llm-code):
 * version 2 of the paper is its commit c55e532, version 3 its branch `revision`. Faults are kept; `graft.ts` fixes
 * them.
 */

import { strip } from "../measures/whitespace.ts";
import type { Protocol } from "./protocol.ts";

/**
 * Version 2. `suite` is "conala", or another whose items may have several lines.
 *
 * Kept faults: the leading line end, which prompts of training lack; 32 blanks after the instruction of an example;
 * stop strings that are not escaped as patterns, so that the first "<", ">" or "endoftext" cuts a prediction (a
 * prediction that equals its reference is exact for 494 of CoNaLa's 543 items); references on one line.
 */
export function paperV2(suite: string): Protocol {
  const isLine = suite === "conala";
  const header = "Generate Python code given a natural language instruction.";
  const item = (intent: string, indent = ""): string => `\n### Instruction:\n${intent}${indent}\n### Response:\n`;
  return {
    prompt: (intent, examples) => {
      if (!examples) return item(intent);
      const shown = examples.map((example) => `${item(example.intent, " ".repeat(32))}${example.code}\n`);
      return [header, ...shown, item(intent)].join("");
    },
    stops: ["<|endoftext|>", "</s>", ...(isLine ? ["\n"] : [])],
    maxNewTokens: isLine ? 64 : 128,
    gap: true,
    givesWay: "start",
    codeBleu: "codexglue",
    prediction: (text) =>
      oneLine(strip(withoutSpacesBefore(text)).split(isLine ? /<|endoftext|>|\n/ : /<|endoftext|>/)[0]!),
    reference: (code) => oneLine(withoutSpacesBefore(code)),
  };
}

/** Version 3: code between fences, line ends kept. A trained model gets the zero-shot prompt. */
export function paperV3(suite: string): Protocol {
  const item = (intent: string): string => `### Instruction:\n${intent}\n### Response:\n\`\`\`python\n`;
  return {
    prompt: (intent, examples = []) => {
      const shown = examples.map((example) => `${item(example.intent)}${example.code}\n\`\`\`\n\n`);
      return [...shown, item(intent)].join("");
    },
    stops: ["<|endoftext|>", "</s>", "```"],
    maxNewTokens: suite === "conala" ? 64 : 128,
    gap: true,
    givesWay: "start",
    codeBleu: "k4black",
    prediction: (text) => strip(text.split("```")[0]!),
    reference: (code) => code,
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/[\n\t]/g, " ");
}

/** transformers' clean_up_tokenization_spaces, in its order. */
function withoutSpacesBefore(text: string): string {
  const shorter = [" .", " ?", " !", " ,", " ' ", " n't", " 'm", " 's", " 've", " 're"];
  return shorter.reduce((cleaned, part) => cleaned.replaceAll(part, part.trim()), text);
}
