import { describe, expect, test } from "vitest";
import { suggestionCache } from "../../../extension/core/completion/suggestionCache.ts";

const after = { prefix: "x = os.", suffix: "\ny" };

describe("suggestionCache", () => {
  test.each<[string, string, string | undefined]>([
    ["x = os.", "\ny", "path.join(a)"],
    ["x = os.p", "\ny", "ath.join(a)"],
    ["x = os.path.join(", "\ny", "a)"],
    ["x = os.path.join(a)", "\ny", undefined],
    ["x = os.e", "\ny", undefined],
    ["z = os.p", "\ny", undefined],
    ["x = os.p", "\nz", undefined],
    ["x = os", "\ny", undefined],
  ])("%j, %j: %j", (prefix, suffix, expected) => {
    const cache = suggestionCache();
    cache.remember(after, "line", { text: "path.join(a)" });
    expect(cache.find({ prefix, suffix }, "line")?.text).toBe(expected);
  });

  test("also knows that there was nothing to suggest", () => {
    const cache = suggestionCache();
    cache.remember(after, "line", { text: "" });
    expect(cache.find(after, "line")).toEqual({ text: "" });
    expect(cache.find({ ...after, prefix: "x = os.p" }, "line")).toBeUndefined();
  });

  test("tells kinds of suggestions apart, and places that differ only far away", () => {
    const cache = suggestionCache();
    cache.remember({ prefix: `a${"-".repeat(200)}`, suffix: "" }, "line", { text: "one" });
    expect(cache.find({ prefix: `b${"-".repeat(200)}`, suffix: "" }, "line")).toBeUndefined();
    expect(cache.find({ prefix: `a${"-".repeat(200)}`, suffix: "" }, "block")).toBeUndefined();
    expect(cache.find({ prefix: `a${"-".repeat(200)}o`, suffix: "" }, "line")).toEqual({ text: "ne" });
  });

  test("forgets the oldest, and all when cleared", () => {
    const cache = suggestionCache(2);
    for (const prefix of ["a", "b", "c"]) cache.remember({ prefix, suffix: "" }, "line", { text: prefix });
    expect(["a", "b", "c"].map((prefix) => cache.find({ prefix, suffix: "" }, "line")?.text)).toEqual([
      undefined,
      "b",
      "c",
    ]);
    cache.clear();
    expect(cache.find({ prefix: "c", suffix: "" }, "line")).toBeUndefined();
  });
});
