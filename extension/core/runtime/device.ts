/** The devices that sessions can run on, and their names in ONNX Runtime. Does not know which of them this machine has. */

import { UserError } from "../foundation/errors.ts";
import { say } from "../foundation/words/said.ts";

/** CPU first; the others in the order in which a machine with several of them should try them. */
export const devices = ["cpu", "cuda", "directml", "webgpu", "coreml"] as const;

export type Device = (typeof devices)[number];

/** "auto": the fastest device, as measured with the base. */
export const deviceChoices = ["auto", ...devices] as const;

export type DeviceChoice = (typeof deviceChoices)[number];

/** A device, and what is known about how to use it. */
export interface Placement {
  readonly device: Device;
  /**
   * The most tokens that attention reads in one run. On the CPU, this is enough to be fast, and few enough to cancel promptly.
   * Elsewhere, runs stay short until a longer one has been seen to be right: WebGPU has another kernel for 32 tokens and more,
   * which is wrong on devices with narrow subgroups.
   */
  readonly tokensPerRun: number;
}

export const [longRun, shortRun] = [256, 31] as const;

export const onCpu: Placement = { device: "cpu", tokensPerRun: longRun };

/** The names of ONNX Runtime's execution providers. */
export const providerOf: Readonly<Record<Device, string>> = {
  cpu: "cpu",
  cuda: "cuda",
  directml: "dml",
  webgpu: "webgpu",
  coreml: "coreml",
};

/**
 * The devices on which rotation is separate from GroupQueryAttention. WebGPU's kernel ignores the positions it is given and rotates
 * by the number of tokens in the cache; the others are untested.
 */
export const rotatesApart: ReadonlySet<Device> = new Set(["cuda", "directml", "webgpu", "coreml"]);

/** The devices without a kernel for FusedMatMul (ONNX Runtime 1.30, by its log of placements and its sources). */
export const lacksFusedMatMul: ReadonlySet<Device> = new Set(["webgpu", "coreml"]);

/** The devices whose GroupQueryAttention has no kernel for float32 (ONNX Runtime 1.30, by its log of placements). */
export const attendsInHalf: ReadonlySet<Device> = new Set(["cuda"]);

/** The names of devices, as the user reads them. */
export const deviceNames: Readonly<Record<Device, string>> = {
  cpu: "CPU",
  cuda: "CUDA",
  directml: "DirectML",
  webgpu: "WebGPU",
  coreml: "Core ML",
};

/** The failure of a device that cannot open a session, or fails in the middle of one. The same work can continue on another device. */
export class DeviceFailure extends UserError {
  readonly device: Device;

  constructor(device: Device, cause: unknown) {
    const reason = firstLine(cause instanceof Error ? cause.message : String(cause));
    const message = say`Cannot continue on ${deviceNames[device]}: ${reason}`;
    super(
      "device-failed",
      message,
      say`Choose another device, or auto; on the command line, \`graft devices\` shows what is missing.`,
      { cause },
    );
    this.device = device;
  }
}

/**
 * Returns the reason in a message of ONNX Runtime, which puts the failed check and its place in the sources before it and may add a
 * stack.
 */
function firstLine(message: string): string {
  const [line = ""] = message.trim().split("\n");
  const reason = line.replace(/^.* was false\. (?=\S)/, "").trim();
  return reason.endsWith(".") ? reason : `${reason}.`;
}
