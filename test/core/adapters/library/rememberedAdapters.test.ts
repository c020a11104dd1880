import { describe, expect, test } from "vitest";
import { readRemembered, renamed } from "../../../../extension/core/adapters/library/rememberedAdapters.ts";

const never = { name: undefined, since: undefined };
const everywhere = (): boolean => true;
const both = [
  { name: "team", scale: 0.75, since: 1 },
  { name: "own", scale: 1, since: 1 },
];

describe("readRemembered", () => {
  test("several adapters with their scales, in their order", () => {
    expect(readRemembered(both, { name: "older", since: 1 }, everywhere)).toEqual(both);
    expect(readRemembered([], { name: "older", since: 1 }, everywhere)).toEqual([]);
  });

  test("nothing, if what is kept is damaged or beyond the limits", () => {
    expect(readRemembered("team", never, everywhere)).toEqual([]);
    expect(readRemembered([{ name: "team", scale: 99, since: 1 }], never, everywhere)).toEqual([]);
  });

  test("the one adapter that an earlier version kept, as trained", () => {
    expect(readRemembered(undefined, { name: "team", since: 7 }, everywhere)).toEqual([
      { name: "team", scale: 1, since: 7 },
    ]);
    expect(readRemembered(undefined, never, everywhere)).toEqual([]);
  });

  test("of the first versions, which kept no time: one that is gone may have been renamed, one that is there has not", () => {
    const kept = (exists: boolean) => readRemembered(undefined, { name: "team", since: undefined }, () => exists);
    const renames = [{ from: "team", to: "crew", at: 5 }];
    expect(renamed(kept(false), renames)).toMatchObject([{ name: "crew" }]);
    expect(renamed(kept(true), renames)).toMatchObject([{ name: "team" }]);
  });
});

describe("renamed", () => {
  test("one of two follows its new name, with its scale; the other stays", () => {
    expect(renamed(both, [{ from: "team", to: "crew", at: 2 }])).toEqual([
      { name: "crew", scale: 0.75, since: 2 },
      { name: "own", scale: 1, since: 1 },
    ]);
    expect(renamed(both, [{ from: "team", to: "crew", at: 0 }])).toEqual(both);
  });

  test("one that takes the name of the other, which was deleted, is there once", () => {
    expect(renamed(both, [{ from: "team", to: "own", at: 2 }])).toEqual([{ name: "own", scale: 0.75, since: 2 }]);
  });

  test("two that swap their names stay two", () => {
    const swap = [
      { from: "team", to: "third", at: 2 },
      { from: "own", to: "team", at: 3 },
      { from: "third", to: "own", at: 4 },
    ];
    expect(renamed(both, swap).map(({ name, scale }) => [name, scale])).toEqual([
      ["own", 0.75],
      ["team", 1],
    ]);
  });
});
