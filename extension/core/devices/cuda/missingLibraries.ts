/** Lists NVIDIA's libraries that the loader would not find. ONNX Runtime's own error does not name them. */

import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The NEEDED entries of libonnxruntime_providers_cuda.so that are NVIDIA's (readelf -d). */
const neededLibraries = [
  "libcuda.so.1",
  "libcudart.so.13",
  "libcublas.so.13",
  "libcublasLt.so.13",
  "libcurand.so.10",
] as const;

/** @param cacheFile the loader's list of all libraries in its folders, in which names end with a zero byte */
export function missingLibraries(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  cacheFile = "/etc/ld.so.cache",
): readonly string[] {
  const folders = (environment["LD_LIBRARY_PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const cache = contentOf(cacheFile);
  return neededLibraries.filter(
    (name) => !cache.includes(`${name}\0`) && !folders.some((folder) => existsSync(join(folder, name))),
  );
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
