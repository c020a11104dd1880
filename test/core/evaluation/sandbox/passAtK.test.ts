import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { passAtK } from "../../../../extension/core/evaluation/measures/passAtK.ts";
import { openCheckRunner } from "../../../../extension/core/evaluation/sandbox/openCheckRunner.ts";
import { openExecutionTasks, type ExecutionTask } from "../../../../extension/core/evaluation/suites/executionTasks.ts";
import { found, isShutIn } from "./protection.ts";
import { needs } from "../../../needs.ts";

/** Rows as published, each with a solution. */
const rows: readonly (readonly [row: object, solution: string])[] = [
  [
    {
      task_id: "HumanEval/0",
      prompt: 'from typing import List\n\n\ndef below(numbers: List[int], t: int) -> bool:\n    """All below t."""\n',
      entry_point: "below",
      test: "METADATA = {}\n\n\ndef check(candidate):\n    assert candidate([1, 2], 3)\n    assert not candidate([1, 4], 3)\n",
    },
    "    return all(number < t for number in numbers)\n",
  ],
  [
    {
      task_id: 11,
      text: "Write a function to remove the first and last occurrence of a character.",
      test_setup_code: "word = 'hello'",
      test_list: ["assert remove_Occ(word, 'l') == 'heo'", "assert remove_Occ('abcda', 'a') == 'bcd'"],
    },
    "def remove_Occ(s, ch):\n    s = s.replace(ch, '', 1)\n    return s[::-1].replace(ch, '', 1)[::-1]\n",
  ],
  [
    {
      id: 0,
      question: "Print the sum.",
      input_output: JSON.stringify({ inputs: ["1 2\n", "3 4\n"], outputs: ["3\n", "7\n"] }),
    },
    "print(sum(map(int, input().split())))\n",
  ],
  [
    {
      id: 1,
      question: "Return the larger.",
      starter_code: "class Solution:\n    def larger(self, a, b):\n",
      input_output: JSON.stringify({
        fn_name: "larger",
        inputs: [
          [1, 2],
          [4, 3],
        ],
        outputs: [[2], 4],
      }),
    },
    "class Solution:\n    def larger(self, a, b):\n        return max(a, b)\n",
  ],
];

test(
  "of suites as published, right solutions pass, and broken ones do not",
  needs("bubblewrap and Python 3", isShutIn),
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "graft-suite-"));
    const path = join(folder, "suite.jsonl");
    await writeFile(path, rows.map(([row]) => `${JSON.stringify(row)}\n`).join(""));
    const { each, problems } = await openExecutionTasks(path, { dataFolder: folder });
    const tasks: ExecutionTask[] = [];
    for await (const task of each()) tasks.push(task);
    await rm(folder, { recursive: true });
    expect([tasks.length, problems]).toEqual([rows.length, []]);

    const runChecks = openCheckRunner(found!);
    /** For each task, whether each of `texts` passes. */
    const passing = (textsOf: (solution: string) => string[]): Promise<{ samples: number; correct: number }[]> =>
      Promise.all(
        tasks.map(async ({ before, checks }, i) => {
          const texts = textsOf(rows[i]![1]);
          const verdicts = await Promise.all(texts.map((text) => runChecks(before + text, checks)));
          return { samples: texts.length, correct: verdicts.filter(({ passed }) => passed).length };
        }),
      );
    const mean = (counts: readonly { samples: number; correct: number }[], k: number): number =>
      counts.reduce((sum, { samples, correct }) => sum + passAtK(samples, correct, k), 0) / counts.length;

    const broken = (solution: string): string =>
      solution.replace(/return|print/, (word) => `${word} (not `).concat(")");
    expect(mean(await passing((solution) => [solution]), 1)).toBe(1);
    expect(mean(await passing((solution) => [broken(solution), ""]), 1)).toBe(0);
    // One of two passes: half of the single draws, all of the pairs.
    const mixed = await passing((solution) => [solution, broken(solution)]);
    expect([mean(mixed, 1), mean(mixed, 2)]).toEqual([0.5, 1]);
  },
);
