/** graft devices install cuda */

import { cudaVersion, cudaWheel, leastDriver, wantedLibraries } from "../../core/devices/cuda/cudaLibraries.ts";
import { installCuda } from "../../core/devices/cuda/installCuda.ts";
import { hubSettingsOf } from "../../core/hub/hubConnection.ts";
import type { Context } from "../context.ts";
import { bytes, duration } from "../output.ts";

export async function installCudaCommand({ places, output, signal }: Context): Promise<void> {
  const { size, licence, host } = cudaWheel;
  output.log.info(`ONNX Runtime ${cudaVersion} for CUDA: ${bytes(size)} from ${host}, licence ${licence}.`);
  const folder = await installCuda(
    { home: places.home, hub: hubSettingsOf(process.env) },
    {
      signal,
      log: output.log,
      onProgress: ({ done, total, bytesPerSecond, etaSeconds }) => {
        const text = `${bytes(done)} of ${bytes(total)}, ${bytes(bytesPerSecond)}/s, ${duration(etaSeconds)} left`;
        output.progress(done, total, { done, total, bytesPerSecond, etaSeconds }, text);
      },
    },
  );
  const needed = `It also needs NVIDIA's driver ${leastDriver} or newer, ${wantedLibraries}.`;
  output.result({ device: "cuda", folder }, `Set up CUDA in ${folder}. ${needed} Run graft devices to try it.`);
}
