/**
 * ONNX Runtime's CUDA libraries: what they are, where they come from, and where Graft keeps them.
 *
 * They come from the wheel that Microsoft publishes on PyPI. Core and providers are from one build, and have exactly the version of
 * the npm package, whose binding loads them through ONNX Runtime's C interface (decisions/0033).
 */

import { join } from "node:path";

/** The version of onnxruntime-node. A test compares the two. */
export const cudaVersion = "1.30.0";

/** The wheel of PyPI. Its digest and those of its files were computed from a download that pip had verified. */
export const cudaWheel = {
  host: "https://files.pythonhosted.org",
  path: "packages/9e/80/d96143329dbe925d434b016c890a5caa785fac8e14a1570e5d6818b63545/onnxruntime_gpu-1.30.0-cp312-cp312-manylinux_2_28_x86_64.whl",
  size: 246_685_715,
  sha256: "6acc0f4b3d5ac5f2984432faa59dd8fcce6775f8b43a7140afa0f322c7a703b1",
  licence: "MIT (Microsoft)",
} as const;

/** The files to take out of the wheel, by their names in the wheel. */
export const cudaFiles: readonly { readonly inWheel: string; readonly name: string }[] = [
  { inWheel: `onnxruntime/capi/libonnxruntime.so.${cudaVersion}`, name: "libonnxruntime.so.1" },
  { inWheel: "onnxruntime/capi/libonnxruntime_providers_shared.so", name: "libonnxruntime_providers_shared.so" },
  { inWheel: "onnxruntime/capi/libonnxruntime_providers_cuda.so", name: "libonnxruntime_providers_cuda.so" },
  { inWheel: "onnxruntime/LICENSE", name: "LICENSE" },
  { inWheel: "onnxruntime/ThirdPartyNotices.txt", name: "ThirdPartyNotices.txt" },
];

/** What the libraries load from the system: their NEEDED entries, and cuDNN, which they open by name. */
export const wantedLibraries = "CUDA 13 (cuBLAS, cuRAND, cudart) and cuDNN 9 on the loader's path";

/** The first driver of CUDA 13 (NVIDIA's CUDA compatibility guide). */
export const leastDriver = 580;

export function cudaFolder(home: string): string {
  return join(home, "devices", `cuda-${cudaVersion}`);
}
