import { describe, expect, test, vi } from "vitest";
import type { InstalledBase } from "../../../extension/core/baseModels/installedBase.ts";
import type { Completer } from "../../../extension/core/completion/completer.ts";
import { openCompleterOnDevices } from "../../../extension/core/completion/completerOnDevices.ts";
import { silentLog } from "../../../extension/core/foundation/log.ts";
import { DeviceFailure, onCpu, type Placement } from "../../../extension/core/runtime/device.ts";

const webgpu: Placement = { device: "webgpu", tokensPerRun: 31 };
const request = { prefix: "x = ", suffix: "" };

/** Completers that return their device and adapters. The one on WebGPU fails after this many completions. */
function fakes(completions: number) {
  const used: string[] = [];
  const open = ({ device }: Placement, expected: readonly { folder: string }[]): Promise<Completer> => {
    if (expected.length > 0) used.push(`${device} expects ${expected.map(({ folder }) => folder).join()}`);
    let left = completions;
    let adapters = "";
    if (device === "webgpu" && completions < 0) return Promise.reject(new DeviceFailure(device, "No adapter."));
    const complete = async (): Promise<never> => {
      if (device === "webgpu" && left-- <= 0) throw new DeviceFailure(device, "Device lost.");
      return { text: `${device}+${adapters}` } as never;
    };
    return Promise.resolve({
      shownPrompt: () => ({ text: device, tokens: 1, requiredText: "" }),
      contextTokens: 100,
      complete,
      prepare: complete,
      useAdapters: (wanted: readonly { folder: string }[]) => {
        adapters = wanted.map(({ folder }) => folder).join();
        used.push(`${device} uses ${adapters}`);
        return Promise.resolve({ milliseconds: 1 });
      },
      release: () => {
        used.push(`${device} released`);
        return Promise.resolve();
      },
    } as Completer);
  };
  return { open, used };
}

const base = {} as InstalledBase;

describe("openCompleterOnDevices", () => {
  test("a device that fails in the middle: the same completion comes from the next, with the same adapters", async () => {
    const { open, used } = fakes(1);
    const onFallback = vi.fn();
    const options = { log: silentLog, onFallback, expected: [{ folder: "first", scale: 1 }] };
    const completer = await openCompleterOnDevices(base, [webgpu, onCpu], options, open);
    await completer.useAdapters([{ folder: "style", scale: 1 }]);
    expect(completer.device).toBe("webgpu");
    expect((await completer.complete(request)).text).toBe("webgpu+style");
    // Both fail at once; only one moves on.
    const both = await Promise.all([completer.complete(request), completer.complete(request)]);
    expect(both.map(({ text }) => text)).toEqual(["cpu+style", "cpu+style"]);
    expect(completer.device).toBe("cpu");
    expect(onFallback).toHaveBeenCalledTimes(1);
    const onCpuNow = ["cpu expects style", "cpu uses style"];
    expect(used.toSorted()).toEqual([...onCpuNow, "webgpu expects first", "webgpu released", "webgpu uses style"]);
  });

  test("a device that cannot be opened gives way to the next", async () => {
    const { open } = fakes(-1);
    const warn = vi.fn();
    const completer = await openCompleterOnDevices(base, [webgpu, onCpu], { log: { ...silentLog, warn } }, open);
    expect(completer.device).toBe("cpu");
    expect(warn.mock.calls.flat()).toEqual(["Cannot continue on WebGPU: No adapter. Going on with the CPU."]);
  });

  test("what could not be opened is released, too", async () => {
    const { open } = fakes(0);
    const openOrFail: typeof open = (placement, expected) =>
      placement.device === "cpu" ? Promise.reject(new Error("no memory")) : open(placement, expected);
    const completer = await openCompleterOnDevices(base, [webgpu, onCpu], { log: silentLog }, openOrFail);
    await expect(completer.complete(request)).rejects.toThrow("no memory");
    await completer.release();
  });

  test("without another device, the failure is told", async () => {
    const { open } = fakes(0);
    const completer = await openCompleterOnDevices(base, [webgpu], { log: silentLog }, open);
    await expect(completer.complete(request)).rejects.toMatchObject({ code: "device-failed" });
  });
});
