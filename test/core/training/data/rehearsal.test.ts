import { describe, expect, test } from "vitest";
import type { Example } from "../../../../extension/core/dataset/example.ts";
import { rehearsalChoice } from "../../../../extension/core/training/data/rehearsal.ts";

const file = (name: string, unchanged?: true): Example => ({
  kind: "text",
  text: `${name} = 1\n`,
  path: `${name}.py`,
  ...(unchanged && { unchanged }),
});
const files = (count: number, name: string, unchanged?: true): Example[] =>
  Array.from({ length: count }, (_, i) => file(`${name}${i}`, unchanged));

function chosen(examples: readonly Example[], seed = 1) {
  const choice = rehearsalChoice(seed, "2026-05-01T09:30");
  for (const example of examples) choice.add(example);
  const onlyTried = choice.choose();
  return { onlyTried, trained: examples.filter((example) => !onlyTried.has(example)) };
}

describe("rehearsalChoice", () => {
  test("a tenth of what is trained on has not changed; the rest is left to the trial", () => {
    const changed = files(90, "new");
    const { onlyTried, trained } = chosen([...changed, ...files(400, "old", true)]);
    expect(trained).toEqual(expect.arrayContaining(changed));
    expect(trained).toHaveLength(100);
    expect(onlyTried.files).toBe(390);
  });

  test("at least one file is read again, and another seed reads others", () => {
    const all = [file("new"), ...files(50, "old", true)];
    const again = [1, 2, 3, 4, 5].map((seed) => chosen(all, seed).trained.slice(1));
    for (const rehearsed of again) expect(rehearsed).toHaveLength(1);
    expect(new Set(again.map((rehearsed) => JSON.stringify(rehearsed))).size).toBeGreaterThan(1);
  });

  test("without a time everything is trained on", () => {
    const all = [...files(3, "new"), { kind: "pair", intent: "add", code: "a + b" } as const];
    expect(chosen(all).trained).toEqual(all);
  });

  test("where nothing has changed, an error names the time", () => {
    const error = { code: "nothing-changed", message: expect.stringContaining("2026-05-01T09:30") as string };
    expect(() => chosen(files(5, "old", true))).toThrow(expect.objectContaining(error));
  });
});
