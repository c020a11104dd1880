import { expect, test } from "vitest";
import { askedDevice } from "../../extension/cli/askedDevice.ts";

test.each([
  [["bench", "decode", "--device", "webgpu"], "webgpu"],
  [["bench", "decode", "--device=webgpu", "--json"], "webgpu"],
  [["bench", "--device=cpu", "decode", "--device", "cuda"], "cuda"],
  [["complete", "--unknown", "x", "--base=y", "--device=cuda"], "cuda"],
  [["bench", "decode", "--device", "all"], "cpu"],
  [["bench", "decode", "--device", "gpu"], undefined],
  [["bench", "decode", "--device"], undefined],
  [["complete", "--", "--device", "cuda"], undefined],
  [["complete", "--devices", "cuda"], undefined],
  [[], undefined],
])("askedDevice finds in %j the device %j", (args, device) => {
  expect(askedDevice(args)).toBe(device);
});
