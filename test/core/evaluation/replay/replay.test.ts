import { expect, test } from "vitest";
import { drawSpans } from "../../../../extension/core/evaluation/replay/drawSpans.ts";
import {
  latencyOf,
  reliabilityOf,
  replayMeasure,
} from "../../../../extension/core/evaluation/replay/replayMeasures.ts";
import { emptySession } from "../../../../extension/core/evaluation/replay/sessionRecord.ts";
import { openPythonParser } from "../../../../extension/core/python/pythonParser.ts";

test("drawSpans takes one function of each file in turn, whole and without decorators", async () => {
  const body = (name: string): string => `def ${name}(x):\n    y = x\n    return y`;
  const files = ["a", "b", "c"].map((name) => {
    const text = `import os\n\n@decorated\n${body(`${name}1`)}\n\n\nclass C:\n    async ${body(`${name}2`).replaceAll("\n", "\n    ")}\n`;
    return { path: `${name}.py`, text };
  });
  const short = { path: "d.py", text: "def f():\n    pass\n" };
  const broken = { path: "e.py", text: "def f(:\n" };
  const parser = await openPythonParser();
  const draw = (count: number, seed = 42): ReturnType<typeof drawSpans> =>
    drawSpans([...files, short, broken], parser, { count, seed });
  const { spans, problems } = await draw(10);
  expect(problems.map(({ where }) => where)).toEqual(["e.py"]);
  const texts = spans.map(({ file, start, end }) => file.text.slice(start, end));
  expect(texts.toSorted()).toEqual(
    files
      .flatMap(({ path: [name] }) => [`async ${body(`${name}2`).replaceAll("\n", "\n    ")}`, body(`${name}1`)])
      .toSorted(),
  );
  expect(new Set(spans.slice(0, 3).map(({ file }) => file.path)).size).toBe(3);
  expect((await draw(4)).spans).toEqual(spans.slice(0, 4));
  expect((await draw(10, 43)).spans).not.toEqual(spans);
});

test("replayMeasure divides sums over sessions", () => {
  const file = { path: "a.py", text: "x = 12\ny" };
  const one = {
    ...emptySession({ file, start: 0, end: 6 }),
    keystrokes: 4,
    quiet: 1,
    requests: 3,
    cancelled: 1,
    silent: 1,
  };
  const other = {
    ...one,
    shown: 4,
    exact: 2,
    prefix: 1,
    acceptedWhole: 1,
    acceptedInPart: 1,
    accepted: 6,
    requests: 5,
  };
  other.cost = { prefilled: 24, decoded: 16, runs: 8, written: 12, milliseconds: 300 };
  const [a, b] = [one, other].map((session) => replayMeasure.count(session)) as [number[], number[]];
  expect(replayMeasure.scores(a.map((value, i) => value + b[i]!))).toEqual({
    exact: 50,
    prefix: 25,
    accepted: 50,
    savedPerKeystroke: 6 / 8,
    keystrokesSaved: 100 * ((12 - 8) / 12),
    silence: 50,
    late: 25,
    prefilledPerRequest: 3,
    decodedPerRequest: 2,
    writtenPerRun: 1.5,
    tokensPerSecond: 40,
  });
  expect(Object.values(replayMeasure.scores(a.map(() => 0)))).toEqual(Array(11).fill(0));
});

test("reliabilityOf counts what was shown with at least a confidence", () => {
  const file = { path: "a.py", text: "x = 12\ny" };
  const session = { ...emptySession({ file, start: 0, end: 6 }) };
  const confidences = [0.05, 0.25, 0.25, 0.9].map((confidence, i) => ({ confidence, isRight: i % 2 === 1 }));
  const rows = reliabilityOf([{ ...session, confidences }, session]);
  expect(rows.map(({ shown }) => shown)).toEqual([4, 3, 3, 1, 1, 1, 1, 1, 1, 1]);
  expect(rows.map(({ right }) => Math.round(right))).toEqual([50, 67, 67, 100, 100, 100, 100, 100, 100, 100]);
});

test("latencyOf takes the nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(latencyOf(hundred)).toEqual({ answers: 100, p50: 50, p95: 95, p99: 99 });
  expect(latencyOf([7])).toEqual({ answers: 1, p50: 7, p95: 7, p99: 7 });
  expect(latencyOf([])).toEqual({ answers: 0, p50: 0, p95: 0, p99: 0 });
});
