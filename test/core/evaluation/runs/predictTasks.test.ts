/** Predictions of a generator with given answers. */

import { describe, expect, test } from "vitest";
import { UserError } from "../../../../extension/core/foundation/errors.ts";
import { verbatim } from "../../../../extension/core/foundation/words/said.ts";
import type { PromptedSuite, PromptedTask } from "../../../../extension/core/evaluation/prompts/promptedSuite.ts";
import { chunkSize, predictTasks } from "../../../../extension/core/evaluation/runs/predictTasks.ts";
import type { Chunk, Prediction } from "../../../../extension/core/evaluation/runs/runRecord.ts";
import type { RunChecks } from "../../../../extension/core/evaluation/sandbox/openCheckRunner.ts";
import type { BatchGenerator, BatchRequest } from "../../../../extension/core/inference/decoding/generateBatch.ts";
import { characters } from "../../completion/fakes.ts";

const taskOf = (i: number, more: Partial<PromptedTask> = {}): PromptedTask => ({
  id: `${i}`,
  intent: `task ${i}`,
  prompts: [`prompt ${i}`],
  prediction: (text) => text.trim(),
  expected: { reference: `r${i}` },
  ...more,
});

function suiteOf(tasks: readonly PromptedTask[]): PromptedSuite {
  return {
    name: "suite",
    hash: "",
    count: tasks.length,
    problems: [],
    stops: ["."],
    maxNewTokens: 10,
    gap: false,
    each: async function* () {
      yield* tasks;
    },
  };
}

/** Answers a prompt with two texts, the last prompt of a call first; refuses prompts that contain "refuse". */
function generatorOf(calls: { prompts: string[]; request: BatchRequest }[]): BatchGenerator {
  return {
    contextLength: 40,
    hasEncoder: false,
    generate: async (prompts, request, { onGenerated, onRefused, signal }) => {
      const texts = prompts.map((ids) => characters.decode(ids));
      calls.push({ prompts: texts, request });
      for (const [index, text] of [...texts.entries()].toReversed()) {
        signal?.throwIfAborted();
        if (text.includes("refuse"))
          onRefused(index, new UserError("context-full", verbatim("Too long."), verbatim("")));
        else {
          const candidate = { tokens: [1, 2, 3], logProbability: -1, steps: [], stop: "end" } as const;
          onGenerated(index, [
            { ...candidate, text: ` ${text} ` },
            { ...candidate, text: "second" },
          ]);
        }
      }
    },
    release: async () => {},
  };
}

async function predict(
  tasks: readonly PromptedTask[],
  options: { done?: number; tasks?: number; judge?: RunChecks; sampling?: boolean } = {},
) {
  const calls: { prompts: string[]; request: BatchRequest }[] = [];
  const written: { predictions: readonly Prediction[]; chunk: Omit<Chunk, "bytes"> }[] = [];
  const seen: string[] = [];
  const chunks = options.done === undefined ? [] : [{ tasks: options.done } as Chunk];
  const run = {
    chunks,
    append: async (predictions: readonly Prediction[], chunk: Omit<Chunk, "bytes">) =>
      void written.push({ predictions, chunk }),
  };
  await predictTasks(
    run,
    suiteOf(tasks),
    { generator: generatorOf(calls), tokenizer: characters },
    {
      tasks: options.tasks ?? tasks.length,
      decoding: options.sampling
        ? { kind: "sampling", temperature: 1, topP: 1, count: 2 }
        : { kind: "beams", width: 2, returned: 2 },
      seed: 42,
      onPredicted: ({ id }) => seen.push(id),
      judge: options.judge,
      signal: undefined,
    },
  );
  return { calls, written, seen };
}

describe("predictTasks", () => {
  test("keeps the suite's order, whatever the order of the answers", async () => {
    const { written, seen } = await predict([taskOf(0), taskOf(1)]);
    expect(seen).toEqual(["1", "0"]);
    expect(written).toMatchObject([{ chunk: { tasks: 2, tokens: 12, shortened: 0, problems: [] } }]);
    expect(written[0]!.predictions).toEqual([
      {
        id: "0",
        intent: "task 0",
        predictions: ["prompt 0", "second"],
        logProbabilities: [-1, -1],
        reference: "r0",
      },
      expect.objectContaining({ id: "1" }),
    ]);
  });

  test("bounds of chunks are the same wherever a run stopped", async () => {
    const tasks = Array.from({ length: 2 * chunkSize + 3 }, (_, i) => taskOf(i));
    const whole = await predict(tasks, { sampling: true });
    expect(whole.written.map(({ chunk }) => chunk.tasks)).toEqual([chunkSize, chunkSize, 3]);
    const rest = await predict(tasks, { done: chunkSize, sampling: true });
    expect(rest.calls).toEqual(whole.calls.slice(1));
    expect((await predict(tasks, { tasks: 5 })).written.map(({ chunk }) => chunk.tasks)).toEqual([5]);
  });

  test("chunks draw from streams of their own", async () => {
    const tasks = Array.from({ length: chunkSize + 1 }, (_, i) => taskOf(i));
    const { calls } = await predict(tasks, { sampling: true });
    const seeds = calls.map(({ request: { decoding } }) => ("seed" in decoding ? decoding.seed : undefined));
    expect(new Set(seeds).size).toBe(2);
  });

  test("tasks that are refused or cannot be written are listed, and the others predicted", async () => {
    const { written } = await predict([
      taskOf(0, { prompts: ["refuse"] }),
      taskOf(1),
      taskOf(2, { prompts: ["x".repeat(50)] }),
    ]);
    expect(written[0]!.chunk).toMatchObject({
      tasks: 3,
      shortened: 1,
      problems: [{ where: "0", message: "Too long." }],
    });
    expect(written[0]!.predictions.map(({ id }) => id)).toEqual(["1", "2"]);
  });

  test("predictions of tasks with tests are run behind what they go on from", async () => {
    const checks = { kind: "program", code: "assert f()" } as const;
    const programs: string[] = [];
    const judge: RunChecks = async (program) => {
      programs.push(program);
      return program.endsWith("second") ? { passed: true } : { passed: false, reason: "wrong", detail: "no", case: 0 };
    };
    const { written } = await predict([taskOf(0, { expected: { before: "def f():", checks } })], { judge });
    expect(programs).toEqual(["def f():prompt 0", "def f():second"]);
    expect(written[0]!.predictions[0]).toMatchObject({
      verdicts: [{ passed: false, reason: "wrong", detail: "no", case: 0 }, { passed: true }],
    });
    expect(written[0]!.predictions[0]).not.toHaveProperty("reference");
  });
});
