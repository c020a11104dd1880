/** Lists the devices that this machine can try, and what the others lack. Opens no session: only a probe shows whether a device works. */

import { exists } from "../foundation/exists.ts";
import { deviceNames, devices, type Device } from "../runtime/device.ts";
import { cudaFolder, leastDriver, wantedLibraries } from "./cuda/cudaLibraries.ts";
import type { MachineFacts } from "./machineFacts.ts";

export interface DeviceState {
  readonly device: Device;
  /** What the device lacks on this machine; absent if it can be tried. */
  readonly missing?: string;
  /** How to get what is missing, if that is possible. */
  readonly remedy?: string;
}

/** The devices of onnxruntime-node's builds, with the CUDA libraries that Graft adds. A test compares them with the package. */
export const builtDevices: Readonly<Record<string, readonly Device[]>> = {
  "linux-x64": ["cpu", "cuda", "webgpu"],
  "linux-arm64": ["cpu"],
  "win32-x64": ["cpu", "directml", "webgpu"],
  "win32-arm64": ["cpu", "directml", "webgpu"],
  "darwin-arm64": ["cpu", "webgpu", "coreml"],
};

/** @param home the folder of Graft's data, in which the CUDA libraries are set up */
export async function surveyDevices(home: string, facts: MachineFacts): Promise<readonly DeviceState[]> {
  const built = builtDevices[facts.platform] ?? ["cpu"];
  return await Promise.all(
    devices.map(async (device): Promise<DeviceState> => {
      if (!built.includes(device)) {
        return { device, missing: `ONNX Runtime has no ${deviceNames[device]} on ${facts.platform}` };
      }
      return {
        device,
        ...(device === "cuda" && (await missingForCuda(home, facts))),
        ...(device === "webgpu" && missingForWebgpu(facts)),
      };
    }),
  );
}

type Lack = Partial<Pick<DeviceState, "missing" | "remedy">>;

async function missingForCuda(home: string, { nvidiaDriver, missingForCuda: libraries }: MachineFacts): Promise<Lack> {
  if (nvidiaDriver === undefined) {
    return {
      missing: "there is no NVIDIA driver",
      remedy: `Install NVIDIA's driver, version ${leastDriver} or newer.`,
    };
  }
  if (Number(nvidiaDriver.split(".")[0]) < leastDriver) {
    return {
      missing: `NVIDIA's driver is ${nvidiaDriver}; version ${leastDriver} or newer is needed`,
      remedy: "Install a newer driver.",
    };
  }
  if (await exists(cudaFolder(home))) {
    if (libraries.length === 0) return {};
    return { missing: `the loader does not find ${libraries.join(", ")}`, remedy: `Install ${wantedLibraries}.` };
  }
  return {
    missing: "ONNX Runtime's CUDA libraries are not set up",
    remedy: `Run graft devices install cuda. It also needs ${wantedLibraries}.`,
  };
}

function missingForWebgpu({ vulkan }: MachineFacts): Lack {
  if (!vulkan.hasLoader) {
    return {
      missing: "Vulkan's loader, libvulkan.so.1, is not installed",
      remedy: "Install libvulkan1 (Debian, Ubuntu) or vulkan-loader (Fedora, Arch), and the driver of the GPU.",
    };
  }
  if (vulkan.hasDriver) return {};
  return {
    missing: "no Vulkan driver is installed",
    remedy: "Install the GPU's driver, such as mesa-vulkan-drivers for Intel and AMD.",
  };
}
