/** Shows as text what a training would learn from. */

import { counted } from "../../core/foundation/words/quantities.ts";
import { english } from "../../core/foundation/words/said.ts";
import { reasonText } from "../../core/sources/skipped.ts";
import { describeCost } from "../../core/training/cost/costEstimate.ts";
import type { PreviewText, TrainingPreview } from "../../core/training/preview.ts";
import { count } from "../output.ts";

/** Examples that a terminal shows; --json has more. */
const shown = 3;

export function previewText({ parts, sequences, heldOut, steps, cost, examples }: TrainingPreview): string {
  const lines = parts.map(({ name, examples: read, tokens }) => {
    return `${name}: ${counted(read, "example")}, ${counted(tokens, "token", { shown: count(tokens) })}`;
  });
  const work = `${counted(sequences, "sequence")} to train on in ${counted(steps, "step")}`;
  lines.push(`${work}, ${heldOut} held out`, describeCost(cost));
  for (const { path, reason } of parts.flatMap(({ skipped }) => skipped)) {
    lines.push(`left out: ${path} (${english(reasonText(reason))})`);
  }
  for (const [i, example] of examples.slice(0, shown).entries()) {
    lines.push("", `example ${i + 1} of ${examples.length}; what the model learns to write is marked with |`);
    lines.push(...marked(example));
  }
  return lines.join("\n");
}

/** Marks each line with text that is learned. */
function marked(example: readonly PreviewText[]): string[] {
  const lines = [{ text: "", learned: false }];
  for (const { text, learned } of example) {
    for (const [i, part] of text.split("\n").entries()) {
      if (i > 0) lines.push({ text: "", learned: false });
      const last = lines.at(-1)!;
      last.text += part;
      last.learned ||= learned && part !== "";
    }
  }
  return lines.map(({ text, learned }) => `${learned ? "|" : " "} ${text}`.trimEnd());
}
