import { describe, expect, test } from "vitest";
import {
  alone,
  asTrained,
  judgeable,
  judgedAs,
  nameOf,
  percentOf,
  scaleFromPercent,
  withNew,
  withScale,
} from "../../../extension/core/adapters/chosenAdapters.ts";

const team = asTrained("team");
const own = { name: "own", scale: 0.5 };

test("nameOf: names both, with the scales that are not as trained", () => {
  expect(nameOf([])).toBe("");
  expect(nameOf([team])).toBe("team");
  expect(nameOf([team, own])).toBe("team + own@0.5");
  expect(nameOf([{ name: "team", scale: 0 }])).toBe("team@0");
});

test("withScale changes one adapter, and leaves place and scale of the other", () => {
  expect(withScale([team, own], "team", 0.75)).toEqual([{ name: "team", scale: 0.75 }, own]);
  expect(withScale([team, own], "gone", 0.75)).toEqual([team, own]);
});

test("withNew puts a new adapter in the place of an earlier one of its name, as trained, and else uses it alone", () => {
  expect(withNew([own, team], "own")).toEqual([asTrained("own"), team]);
  expect(withNew([own, team], "new")).toEqual([asTrained("new")]);
  expect(withNew([], "new")).toEqual([asTrained("new")]);
});

test("alone keeps the scale of one that is in use, and uses another one as trained", () => {
  expect(alone("own", [team, own])).toEqual([own]);
  expect(alone("new", [team, own])).toEqual([asTrained("new")]);
});

describe("scaleFromPercent", () => {
  test.each([
    ["75", 0.75],
    [" 80 % ", 0.8],
    ["62,5%", 0.625],
    ["0", 0],
    ["150", 1.5],
    ["7", 0.07],
  ])("reads %j", (text, scale) => {
    expect(scaleFromPercent(text)).toBe(scale);
  });

  test.each(["", "151", "-5", "half", "1e2", "50 %%", "0.5.1"])("refuses %j", (text) => {
    expect(scaleFromPercent(text)).toBeUndefined();
  });

  test("is undone by percentOf, for every tenth of a percent", () => {
    for (let tenths = 0; tenths <= 1500; tenths++) {
      expect(percentOf(scaleFromPercent(String(tenths / 10))!)).toBe(tenths / 10);
    }
  });
});

describe("judgeable", () => {
  test("those in use are one choice, under the name that results have; each one of the library is another", () => {
    const choices = judgeable([team, own], ["own", "team"]);
    expect([...choices.keys()]).toEqual(["team + own@0.5", "own", "team"]);
    expect(judgedAs("team + own@0.5", choices)).toEqual([team, own]);
    expect(judgedAs("own", choices)).toEqual([asTrained("own")]);
  });

  test("one that is in use as trained is listed once", () => {
    expect([...judgeable([team], ["own", "team"]).keys()]).toEqual(["team", "own"]);
  });

  test("the base alone has no name, and a choice that is gone is refused", () => {
    const choices = judgeable([], ["own"]);
    expect(judgedAs("", choices)).toEqual([]);
    expect(() => judgedAs("team", choices)).toThrow(expect.objectContaining({ code: "adapter-missing" }));
  });
});
