/** The settings in package.json: which of them a repository may set for users who open it. Also tests where the commands are offered. */

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

test("the palette offers no command that can only fail or that changes nothing", () => {
  const { commandPalette } = packageJson.contributes.menus;
  const whenOf = (command: string): string | undefined =>
    commandPalette.find((entry) => entry.command === command)?.when;
  // The window's own system counts, unless the extension runs elsewhere.
  expect(whenOf("graft.setUpCuda")).toBe("isLinux || remoteName");
  expect(whenOf("graft.snooze")).toBe("config.graft.enable");
});
