import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { machinePower, onBattery } from "../../../extension/core/devices/onBattery.ts";

let supplies: string;
beforeEach(async () => {
  supplies = await mkdtemp(join(tmpdir(), "graft-power-"));
});
afterEach(() => rm(supplies, { recursive: true, force: true }));

const nothing = async (): Promise<string> => {
  throw new Error("no program is asked on Linux");
};

type Supply = Readonly<Record<string, string>>;
const mains = (online: string): Supply => ({ type: "Mains", online });
const battery = (status: string): Supply => ({ type: "Battery", status });

describe("onBattery", () => {
  // Written as kernels write them: documented in Documentation/ABI/testing/sysfs-class-power.
  test.each<[string, Record<string, Supply>, boolean]>([
    ["without any supply", {}, false],
    ["with mains power only", { AC: mains("1") }, false],
    ["unplugged", { AC: mains("0"), BAT0: battery("Discharging") }, true],
    ["plugged in", { AC: mains("1"), BAT0: battery("Charging") }, false],
    ["plugged in at its charge limit", { AC: mains("1"), BAT0: battery("Not charging") }, false],
    ["plugged in, and drawing more than that gives", { AC: mains("1"), BAT0: battery("Discharging") }, false],
    ["on a USB charger", { ucsi: { type: "USB", online: "1" }, BAT0: battery("Discharging") }, false],
    ["with two batteries, one of them at rest", { BAT0: battery("Unknown"), BAT1: battery("Discharging") }, true],
    ["with a mouse", { hid: { ...battery("Discharging"), scope: "Device" } }, false],
  ])("on Linux %s", async (_, found, expected) => {
    for (const [name, facts] of Object.entries(found)) {
      await mkdir(join(supplies, name));
      for (const [fact, text] of Object.entries(facts)) await writeFile(join(supplies, name, fact), `${text}\n`);
    }
    expect(await onBattery({ platform: "linux", supplies, print: nothing })).toBe(expected);
  });

  test("where Linux has no such folder, means no", async () => {
    expect(await onBattery({ platform: "linux", supplies: join(supplies, "none"), print: nothing })).toBe(false);
  });

  test.each<[NodeJS.Platform, string, string, boolean]>([
    [
      "darwin",
      "a laptop without its charger",
      "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=4653155)\t87%; discharging; 4:40 remaining present: true\n",
      true,
    ],
    [
      "darwin",
      "a laptop with it",
      "Now drawing from 'AC Power'\n -InternalBattery-0 (id=4653155)\t100%; charged; 0:00 remaining present: true\n",
      false,
    ],
    ["darwin", "a desktop", "Now drawing from 'AC Power'\n", false],
    ["win32", "a laptop without its charger", "1\r\n", true],
    ["win32", "a laptop with it", "2\r\n", false],
    ["win32", "two batteries, one of them at rest", "2\r\n1\r\n", false],
    ["win32", "a battery that is nearly empty", "5\r\n", true],
    ["win32", "a desktop", "", false],
  ])("on %s, of %s", async (platform, _, printed, expected) => {
    expect(await onBattery({ platform, supplies, print: async () => printed })).toBe(expected);
  });

  test.each<NodeJS.Platform>(["darwin", "win32"])("where %s's program cannot be run, means no", async (platform) => {
    const print = async (): Promise<string> => Promise.reject(new Error("ENOENT"));
    expect(await onBattery({ platform, supplies, print })).toBe(false);
  });

  test("asks this machine without an error", async () => {
    expect(typeof (await onBattery())).toBe("boolean");
    expect(machinePower({ GRAFT_POWER_SUPPLIES: supplies }).supplies).toBe(supplies);
  });
});
