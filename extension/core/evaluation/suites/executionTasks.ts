/**
 * Suites whose tasks have tests: MBPP, HumanEval and APPS, recognized by the fields of their rows. Runs no program.
 */

import * as z from "zod";
import { say } from "../../foundation/words/said.ts";
import { Flaw } from "../../dataset/example.ts";
import { readFields } from "../../dataset/jsonLines.ts";
import { idSchema } from "./taskId.ts";
import { filled, openTasks, type TaskOptions, type Tasks } from "./tasks.ts";

/** The checks that a solution has to pass. */
export type Checks =
  /** A program to run after the solution; an exception means failure. */
  | { readonly kind: "program"; readonly code: string }
  /** Standard input and expected output, or arguments and result of a function, case by case. */
  | {
      readonly kind: "cases";
      readonly functionName: string | undefined;
      readonly inputs: readonly unknown[];
      readonly outputs: readonly unknown[];
    };

export interface ExecutionTask {
  readonly id: string;
  /** The task in words; for HumanEval the head of the function with its docstring. */
  readonly prompt: string;
  /** The text before the model's in the program: the prompt itself (HumanEval), imports, or nothing. */
  readonly before: string;
  /** The possible beginning of a solution (APPS), otherwise empty. */
  readonly starter: string;
  readonly checks: Checks;
  /** For APPS: introductory, interview or competition. */
  readonly difficulty: string | undefined;
}

const humanEvalSchema = z.object({ task_id: idSchema, prompt: filled, test: filled, entry_point: filled });

const mbppSchema = z.object({
  task_id: idSchema,
  test_list: z.array(filled).min(1, "is empty"),
  test_setup_code: z.string().optional(),
  test_imports: z.array(z.string()).optional(),
});

const appsSchema = z.object({
  id: idSchema.optional(),
  problem_id: idSchema.optional(),
  question: filled,
  input_output: filled,
  starter_code: z.string().optional(),
  difficulty: z.string().optional(),
});

const casesSchema = z
  .object({ fn_name: z.string().optional(), inputs: z.array(z.unknown()).min(1), outputs: z.array(z.unknown()) })
  .refine(({ inputs, outputs }) => inputs.length === outputs.length);

/**
 * Opens a .jsonl file of rows as published: MBPP {"task_id", "text" or "prompt", "test_list", …}, HumanEval
 * {"task_id", "prompt", "test", "entry_point"}, or APPS {"id" or "problem_id", "question", "input_output", …}. Rows
 * may be of different kinds.
 *
 * @throws UserError "suite-missing", "suite-empty"
 */
export async function openExecutionTasks(source: string, options: TaskOptions): Promise<Tasks<ExecutionTask>> {
  return await openTasks(source, options, taskOf);
}

function taskOf(row: object, where: string): ExecutionTask | Flaw {
  const plain = { before: "", starter: "", difficulty: undefined };
  if ("entry_point" in row) {
    return readFields(humanEvalSchema, row, ({ task_id: id, prompt, test, entry_point: name }) => {
      return { ...plain, id, prompt, before: prompt, checks: { kind: "program", code: `${test}\ncheck(${name})\n` } };
    });
  }
  if ("test_list" in row) {
    const words = readFields(z.object({ ["text" in row ? "text" : "prompt"]: filled }), row, (value) => value);
    if (words instanceof Flaw) return words;
    return readFields(mbppSchema, row, ({ task_id: id, test_list: tests, test_imports: imports = [], ...setup }) => {
      const before = [...imports, setup.test_setup_code ?? ""].filter((line) => line !== "");
      const code = [...before, ...tests].map((line) => `${line}\n`).join("");
      // As in Austin et al. 2021 (arXiv 2108.07732): without the tests, a model cannot know the function's name.
      const prompt = `${Object.values(words)[0]!} Your code should pass these tests:\n\n${tests.join("\n")}`;
      return { ...plain, id, prompt, checks: { kind: "program", code } };
    });
  }
  if ("input_output" in row) {
    const task = readFields(appsSchema, row, (value) => value);
    if (task instanceof Flaw) return task;
    const checks = casesOf(task.input_output);
    if (checks instanceof Flaw) return checks;
    const { question: prompt, starter_code: starter = "", difficulty } = task;
    return { id: task.id ?? task.problem_id ?? where, prompt, before: "", starter, checks, difficulty };
  }
  return new Flaw(
    say`The row has neither "entry_point" (HumanEval), nor "test_list" (MBPP), nor "input_output" (APPS).`,
  );
}

/** APPS stores its cases as JSON within JSON. */
function casesOf(text: string): Checks | Flaw {
  let cases: unknown;
  try {
    cases = JSON.parse(text);
  } catch {
    return new Flaw(say`"input_output" is not valid JSON.`);
  }
  const parsed = casesSchema.safeParse(cases);
  if (!parsed.success)
    return new Flaw(say`"input_output" does not have equally many inputs and outputs, at least one.`);
  const { fn_name: functionName, inputs, outputs } = parsed.data;
  return { kind: "cases", functionName, inputs, outputs };
}
