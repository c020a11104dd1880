import { expect, test } from "vitest";
import { cursorsAhead } from "../../../../extension/core/completion/judgement/cursorsAhead.ts";
import { at } from "../fakes.ts";

test.each([
  ["    x = |\n", "1", ["    x = 1", "    x = 1\n    "]],
  ["    if x|\n", " > 1:", ["    if x > 1:", "    if x > 1:\n        "]],
  ["def f():|\n", "\n    return 1", ["def f():\n    return 1", "def f():\n    return 1\n"]],
  ["x = f(|)\n", "a", ["x = f(a"]],
  ["x = f(|\n", "a,", ["x = f(a,"]],
  ["d[1:|\n", "]", ["d[1:]", "d[1:]\n"]],
])("cursorsAhead(%j, %j)", (marked, text, prefixes) => {
  const cursor = at(marked);
  const found = cursorsAhead(cursor, text, "    ");
  expect(found.map(({ prefix }) => prefix)).toEqual(prefixes);
  expect(found.every(({ suffix }) => suffix === cursor.suffix)).toBe(true);
});
