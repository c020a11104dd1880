/** Prompts of tasks with tests: an instruction, or the head of a function to continue. Runs no program. */

import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import { instructionPrompt } from "../../tokenizer/template.ts";
import type { ProtocolName } from "../protocols/protocols.ts";
import type { ExecutionTask } from "../suites/executionTasks.ts";
import type { Tasks } from "../suites/tasks.ts";
import type { PromptedSuite } from "./promptedSuite.ts";

/** Strings that end a function that continues from its head (Chen et al. 2021, arXiv 2107.03374, section 3). */
const behindFunction = ["\nclass", "\ndef", "\n#", "\nif", "\nprint"];
const behindAnswer = ["\n### ", "```", "<|endoftext|>", "</s>"];

/**
 * Writes the prompts of a suite with tests. If its first task is HumanEval's, models continue the prompts as they are.
 * Other tasks are instructions: "graft" prompts as in training, "paper-v3" as that version of the paper prompts APPS;
 * version 2 has none. Answers keep their lines and white space, whatever a protocol does with pairs.
 *
 * @throws UserError "option-invalid"
 */
export async function promptedExecution(
  { each, ...suite }: Tasks<ExecutionTask>,
  protocol: ProtocolName,
): Promise<PromptedSuite> {
  if (protocol === "paper-v2") {
    const message = say`Cannot evaluate on ${suite.name} by paper-v2: that protocol has no suites with tests.`;
    throw new UserError("option-invalid", message, say`Choose Graft's own protocol, or version 3 of the paper's.`);
  }
  const { value: first } = await each().next();
  const goesOn = first?.before !== "";
  return {
    ...suite,
    stops: goesOn ? behindFunction : behindAnswer,
    maxNewTokens: 1024,
    gap: false,
    each: async function* () {
      for await (const { id, prompt, before, starter, checks } of each()) {
        const asked = protocol === "paper-v3" ? paperPrompt(prompt, checks) : instructionPrompt(prompt);
        yield {
          id,
          intent: prompt,
          prompts: [goesOn ? before : asked + starter],
          prediction: (text) => text,
          expected: { before: before + starter, checks },
        };
      }
    },
  };
}

/** The paper's code at 3b31320. The tests of a problem decide which of the two forms it asks for. */
function paperPrompt(question: string, checks: ExecutionTask["checks"]): string {
  const isFunction = checks.kind === "program" || checks.functionName !== undefined;
  const guide = isFunction ? "use the provided function signature" : "read from and write to standard IO";
  const task =
    "Write a python code to solve the following coding problem that obeys the constraints and passes the example test cases.";
  return `[INST] ${task} The output code needs to ${guide}:\n${question}\n[/INST]\n\`\`\`python\n`;
}
