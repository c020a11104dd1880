/** Requests of replayed sessions hold text of other files, but never of ignored, secret and foreign ones, nor of the file itself. */

import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawSpans } from "../../../../extension/core/evaluation/replay/drawSpans.ts";
import {
  openReplayedRepository,
  type RequestFront,
} from "../../../../extension/core/evaluation/replay/replayedRepository.ts";
import { replaySessions } from "../../../../extension/core/evaluation/replay/runReplay.ts";
import type { Suggester } from "../../../../extension/core/evaluation/replay/suggester.ts";
import { readHeldOut } from "../../../../extension/core/evaluation/suites/heldOut.ts";
import { openPythonParser } from "../../../../extension/core/python/pythonParser.ts";
import { temporaryRepository } from "../../../temporaryFolder.ts";

const loader = (name: string, last = "return settings"): string =>
  `def load_${name}(folder, encoding):\n    settings = read_settings(folder, encoding)\n    ${last}\n`;
const planted = (name: string): string => loader(name, `PLANTED_${name.toUpperCase()} = settings`);
/** In two parts, so that this file holds no secret. */
const token = ["ghp_", "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"].join("");
const files: Readonly<Record<string, string>> = {
  ".gitignore": "ignored/\nlocal.py\n",
  "app/first.py": `from app.second import load_second\n\n\n${loader("first")}`,
  "app/second.py": `from app.first import load_first\n\n\n${loader("second")}`,
  "app/third.py": `import app.second\n\n\n${loader("third")}\n\nOWN_WORDS = load_third(".", None)\n`,
  "ignored/fourth.py": planted("ignored"),
  "local.py": planted("local"),
  "app/keys.py": `${planted("secret")}\ntoken = "${token}"\n`,
  ".venv/lib/site-packages/pack.py": planted("foreign"),
  ".venv/pyvenv.cfg": "home = /usr\n",
};

let folder: string;
beforeAll(async () => {
  folder = await temporaryRepository(files);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("over every keystroke of a replay with typos and edits", async () => {
  const repository = await openReplayedRepository(folder, 400);
  const { files: heldOut } = await readHeldOut(folder);
  const parser = await openPythonParser();
  const { spans } = await drawSpans(
    heldOut.filter(({ path }) => path in files && !files[path]!.includes("PLANTED")),
    parser,
    { count: 3, seed: 1 },
  );
  expect(spans.map(({ file }) => file.path).toSorted()).toEqual(["app/first.py", "app/second.py", "app/third.py"]);
  const fronts: RequestFront[] = [];
  const suggester: Suggester = {
    enter: repository.enter,
    mayAsk: () => null,
    suggest: async (document, _at, signal) => {
      fronts.push(await repository.front(document, signal));
      return { text: "", confidence: 0, silence: "nothing-found" };
    },
    appeared: () => undefined,
    edited: () => undefined,
    workAhead: async (document) => {
      const front = await repository.pause(document, new AbortController().signal);
      if (front) fronts.push(front);
    },
    leave: repository.leave,
    spent: () => ({ prefilled: 0, decoded: 0, runs: 0, written: 0, milliseconds: 0 }),
    release: async () => undefined,
  };
  const settings = { seed: 1, interval: 239, typos: 0.05, reading: 0, debounce: 0, answerTime: 0 };
  await replaySessions(spans, suggester, settings);

  expect(fronts.length).toBeGreaterThan(200);
  const textsOf = ({ context, copies = [] }: RequestFront): string[] => [
    ...context.map(({ path, text }) => `${path}\n${text}`),
    ...copies.map(({ path, before, after }) => `${path}\n${before}${after}`),
  ];
  const texts = fronts.flatMap(textsOf);
  expect(texts.some((text) => text.startsWith("app/"))).toBe(true);
  expect(fronts.some(({ copies }) => copies?.length)).toBe(true);
  expect(texts.filter((text) => text.includes("PLANTED") || text.includes("ghp_"))).toEqual([]);
  const own = fronts.filter(({ path }) => path === "app/third.py").flatMap(textsOf);
  expect(own.length).toBeGreaterThan(0);
  expect(own.filter((text) => text.includes("OWN_WORDS") || text.startsWith("app/third.py"))).toEqual([]);
});
