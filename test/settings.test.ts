/** The settings in package.json: what a repository may set for those who open it. */

import { expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };

test("each setting has a place of its own", () => {
  const orders = Object.values(packageJson.contributes.configuration.properties).map(({ order }) => order);
  expect(new Set(orders).size).toBe(orders.length);
});

test("a repository's settings cannot switch counting on, nor choose a device", () => {
  const { properties } = packageJson.contributes.configuration;
  const scopeOf = (name: keyof typeof properties): unknown =>
    "scope" in properties[name] ? properties[name].scope : "window";
  expect(scopeOf("graft.statistics.enable")).toBe("application");
  expect(scopeOf("graft.device")).toBe("machine");
});
