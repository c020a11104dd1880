import { expect, test } from "vitest";
import type { Completion } from "../../extension/core/completion/result/completion.ts";
import { openAsking, type Frame } from "../../extension/vscode/completion/ask.ts";

test("what is known of one root folder is not shown in another", async () => {
  const completion = {
    text: "secret_of_one",
    confidence: 1,
    leastConfidence: 0,
    beginnings: [{ end: 13, confidence: 1 }],
  };
  const asking = openAsking({ complete: () => Promise.resolve(completion as unknown as Completion) });
  const [cursor, frame] = [
    { prefix: "import os\nvalue = ", suffix: "" },
    { maxTokens: 32, multiline: "auto" } as Frame,
  ];
  asking.enter("file:///one");
  await asking.ask(cursor, frame, new AbortController().signal);
  asking.enter("file:///one");
  expect(asking.known(cursor, frame)?.text).toBe("secret_of_one");
  asking.enter("file:///two");
  expect(asking.known(cursor, frame)).toBeUndefined();
});

test("an answer from before the index answered is not kept", async () => {
  const completion = { text: "guess", confidence: 1, leastConfidence: 0, beginnings: [{ end: 5, confidence: 1 }] };
  const asking = openAsking({ complete: () => Promise.resolve(completion as unknown as Completion) });
  const cursor = { prefix: "import os\nvalue = ", suffix: "" };
  const frame = { maxTokens: 32, multiline: "auto" } as Frame;
  await asking.ask(cursor, { ...frame, context: [] }, new AbortController().signal);
  expect(asking.known(cursor, frame)).toBeUndefined();
  await asking.ask(cursor, { ...frame, context: [], copies: [] }, new AbortController().signal);
  expect(asking.known(cursor, frame)?.text).toBe("guess");
});
