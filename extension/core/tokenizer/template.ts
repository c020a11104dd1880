/** The prompt that turns an instruction into a text to continue. */

/** The paper's training prompt (arXiv 2308.10462, version 2). The code and end of text follow it. */
export function instructionPrompt(intent: string): string {
  return `### Instruction:\n${intent}\n### Response:\n`;
}
