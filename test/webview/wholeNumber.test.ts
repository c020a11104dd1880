import { describe, expect, test } from "vitest";
import { accepts, acceptsOptional, textOf, unreadable } from "../../webview/shared/form/wholeNumber.ts";

describe("accepts", () => {
  const upTo256 = { minimum: 1, maximum: 256 };

  test.each(["1", "16", "256", "1e2"])("takes %s", (text) => expect(accepts(upTo256, text)).toBe(true));

  test.each(["", " ", "0", "257", "1.5", "-3", "many", unreadable])("refuses %j", (text) =>
    expect(accepts(upTo256, text)).toBe(false),
  );

  test("has no upper limit where the field has none", () => {
    expect(accepts({ minimum: 0 }, "123456789")).toBe(true);
    expect(accepts({ minimum: 0 }, "0")).toBe(true);
  });
});

test("an optional number may be left out, and no more", () => {
  expect(["", "3", "0", unreadable].map((text) => acceptsOptional({ minimum: 1 }, text))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("a number that was never typed is the default, and one that was emptied is not", () => {
  expect(textOf({ minimum: 1, default: 16 }, undefined)).toBe("16");
  expect(textOf({ minimum: 1, default: 16 }, "")).toBe("");
  expect(textOf({ minimum: 1 }, undefined)).toBe("");
});
