import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleSource, openExamples } from "../../../../extension/core/evaluation/prompts/examples.ts";
import { promptedExecution } from "../../../../extension/core/evaluation/prompts/promptedExecution.ts";
import { promptedPairs } from "../../../../extension/core/evaluation/prompts/promptedPairs.ts";
import type { PromptedSuite, PromptedTask } from "../../../../extension/core/evaluation/prompts/promptedSuite.ts";
import { promptIds } from "../../../../extension/core/evaluation/prompts/promptIds.ts";
import { protocols, type ProtocolName } from "../../../../extension/core/evaluation/protocols/protocols.ts";
import { openExecutionTasks } from "../../../../extension/core/evaluation/suites/executionTasks.ts";
import { openPairTasks } from "../../../../extension/core/evaluation/suites/pairTasks.ts";
import { characters, special } from "../../completion/fakes.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-prompts-"));
  await mkdir(join(folder, "conala"));
  const intents = ["sort a list", "read a file", "sort a file", "add", "reverse the list", "close a file"];
  for (const split of ["train", "test"]) {
    await file(
      `conala/${split}.jsonl`,
      intents.map((intent, i) => ({ id: i, intent, code: `${split} ${i}` })),
    );
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, rows: readonly object[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return path;
}

async function tasksOf({ each }: PromptedSuite): Promise<PromptedTask[]> {
  const tasks: PromptedTask[] = [];
  for await (const task of each()) tasks.push(task);
  return tasks;
}

describe("openExamples", () => {
  const options = { source: "conala", seed: 42, shots: 2, encoder: undefined, cacheFolder: "" };

  test("drawn ones are Python's random.sample of the training part, the same for every task", async () => {
    // python3 -c "import random; print(random.Random(42).sample(range(6), 2))"
    const { of, count } = await openExamples({ ...options, mode: "icl" }, { dataFolder: folder });
    expect(count).toBe(6);
    expect((await of("sort")).map(({ code }) => code)).toEqual(["train 5", "train 0"]);
    expect(await of("other")).toEqual(await of("sort"));
  });

  test("nearest ones are those of each task, and never more than there are", async () => {
    const { of } = await openExamples({ ...options, mode: "rag" }, { dataFolder: folder });
    expect((await of("sort a file")).map(({ code }) => code)).toEqual(["train 2", "train 0"]);
    const all = await openExamples({ ...options, mode: "icl", shots: 50 }, { dataFolder: folder });
    expect(await all.of("x")).toHaveLength(6);
  });

  test("an encoder finds what is near, and its embeddings are kept", async () => {
    const encoder = join(import.meta.dirname, "../../../fixtures/textEncoder/model");
    const asked = { ...options, encoder, cacheFolder: join(folder, "embeddings"), mode: "rag" } as const;
    const { of, retriever, release } = await openExamples(asked, { dataFolder: folder });
    expect(retriever).toMatchObject({ name: "model" });
    // Nothing is nearer than the text itself.
    expect((await of("read a file"))[0]).toEqual({ intent: "read a file", code: "train 1" });
    expect(await readdir(asked.cacheFolder)).toHaveLength(1);
    await release();
  });

  test("of a suite of the user's own it has to be told where they come from", () => {
    expect(exampleSource("conala", undefined)).toBe("conala");
    expect(exampleSource("own.jsonl", "train.jsonl")).toBe("train.jsonl");
    expect(() => exampleSource("own.jsonl", undefined)).toThrow(expect.objectContaining({ code: "examples-missing" }));
  });
});

describe("promptedPairs", () => {
  const examples = {
    of: async (intent: string) => [1, 2].map((n) => ({ intent: `${intent} ${n}`, code: `x${n}` })),
  };

  test("by graft, prompts lose their examples one by one, the last first", async () => {
    const pairs = await openPairTasks("conala", { dataFolder: folder });
    const protocol = protocols.graft("conala");
    const [first] = await tasksOf(promptedPairs(pairs, protocol, examples));
    const shown = await examples.of("sort a list");
    expect(first!.prompts).toEqual([2, 1, 0].map((count) => protocol.prompt("sort a list", shown.slice(0, count))));
    expect(first!.expected).toEqual({ reference: "test 0" });
  });

  test("by the paper there is one prompt; a trained model's says nothing of examples", async () => {
    const pairs = await openPairTasks("conala", { dataFolder: folder });
    const protocol = protocols["paper-v2"]("conala");
    const [shown] = await tasksOf(promptedPairs(pairs, protocol, examples));
    expect(shown!.prompts).toHaveLength(1);
    const [trained] = await tasksOf(promptedPairs(pairs, protocol, undefined));
    expect(trained!.prompts).toEqual(["\n### Instruction:\nsort a list\n### Response:\n"]);
  });
});

describe("promptedExecution", () => {
  const open = async (rows: object[], protocol: ProtocolName = "graft"): Promise<PromptedSuite> => {
    const tasks = await openExecutionTasks(await file("tests.jsonl", rows), { dataFolder: folder });
    return await promptedExecution(tasks, protocol);
  };

  test("HumanEval is gone on from, up to the next thing at the margin", async () => {
    const suite = await open([{ task_id: 0, prompt: "def f(x):\n", entry_point: "f", test: "t" }]);
    const [task] = await tasksOf(suite);
    expect(task).toMatchObject({ prompts: ["def f(x):\n"], expected: { before: "def f(x):\n" } });
    expect(suite.stops).toContain("\ndef");
  });

  test("APPS is an instruction, in version 3 of the paper its own; what a solution begins with is given", async () => {
    const row = {
      id: 1,
      question: "Double.",
      starter_code: "def f(x):",
      input_output: '{"fn_name": "f", "inputs": [[1]], "outputs": [[2]]}',
    };
    const [task] = await tasksOf(await open([row]));
    expect(task!.prompts).toEqual(["### Instruction:\nDouble.\n### Response:\ndef f(x):"]);
    expect(task!.expected).toMatchObject({ before: "def f(x):", checks: { kind: "cases" } });
    const [paper] = await tasksOf(await open([row], "paper-v3"));
    // The literal of the authors' code, with the guide for functions.
    expect(paper!.prompts).toEqual([
      "[INST] Write a python code to solve the following coding problem that obeys the constraints and passes the example " +
        "test cases. The output code needs to use the provided function signature:\nDouble.\n[/INST]\n```python\ndef f(x):",
    ]);
  });

  test("version 2 of the paper has no such suites", async () => {
    const rows = [{ task_id: 0, text: "Add.", test_list: ["assert f()"] }];
    await expect(open(rows, "paper-v2")).rejects.toMatchObject({ code: "option-invalid" });
  });
});

describe("promptIds", () => {
  const decoder = { contextLength: 20, hasEncoder: false, maxTokens: 8, gap: true };
  const encoder = { ...decoder, hasEncoder: true };
  const codes = (text: string): number[] => [...text].map((char) => char.charCodeAt(0));

  test("takes the first prompt that leaves room for the answer", () => {
    expect(promptIds(["a".repeat(12), "b"], characters, decoder)).toEqual({
      ids: codes("a".repeat(12)),
      shortened: false,
    });
    expect(promptIds(["a".repeat(13), "b"], characters, decoder)).toEqual({ ids: codes("b"), shortened: true });
  });

  test("cuts the start of the last, never what every text begins with", () => {
    const tokenizer = { ...characters, beginning: [special.file] };
    const prompt = "0123456789abcdef";
    expect(promptIds([prompt], tokenizer, decoder)).toEqual({
      ids: [special.file, ...codes("56789abcdef")],
      shortened: true,
    });
  });

  test("an encoder has its context to itself, and is given the gap where the protocol has one", () => {
    const tokenizer = { ...characters, ending: [special.endOfText], id: () => special.middle };
    const prompt = "0123456789abcdefghij";
    expect(promptIds([prompt], tokenizer, encoder)).toEqual({
      ids: [...codes("23456789abcdefghij"), special.middle],
      shortened: true,
    });
    expect(promptIds(["a"], tokenizer, { ...encoder, gap: false })).toEqual({ ids: codes("a"), shortened: false });
  });

  test("characters that the tokenizer has no tokens for are a problem", () => {
    const tokenizer = { ...characters, encode: () => [special.prefix] };
    expect(promptIds(["{"], tokenizer, decoder)).toMatch(/no tokens/);
  });
});
