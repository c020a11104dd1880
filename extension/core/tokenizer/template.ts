/** The prompt that turns an instruction into a text to continue. */

/** As in training by the paper (arXiv 2308.10462, version 2): the code follows, then the end of text. */
export function instructionPrompt(intent: string): string {
  return `### Instruction:\n${intent}\n### Response:\n`;
}
