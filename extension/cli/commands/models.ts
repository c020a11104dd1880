/** graft models, graft import */

import { importSource, type ImportProgress } from "../../core/baseModels/import/importSource.ts";
import { listBases } from "../../core/baseModels/resolveBase.ts";
import type { ImportRequest } from "../../core/baseModels/import/importRequest.ts";
import { hubSettingsOf } from "../../core/hub/hubConnection.ts";
import type { Context } from "../context.ts";
import { aligned, bytes, count, duration } from "../output.ts";

export async function modelsCommand({ places, output, signal }: Context): Promise<void> {
  const bases = await listBases({ ...places, log: output.log, signal });
  const listed = bases.map(({ name, path, modelType, parameters, embedded }) => {
    return { name, path, modelType, parameters, embedded };
  });
  const rows = listed.map(({ name, modelType, parameters, embedded, path }) => {
    return [name, modelType, count(parameters), `${path}${embedded ? "  (embedded)" : ""}`];
  });
  output.result({ bases: listed }, aligned(rows, (column) => column === 2).join("\n"));
}

export type ImportFlags = Omit<ImportRequest, "source">;

export async function importCommand(source: string, flags: ImportFlags, context: Context): Promise<void> {
  const { places, output, signal } = context;
  const { base, seconds, peakMemoryBytes, warnings } = await importSource(
    { ...flags, source, home: places.home, hub: hubSettingsOf(process.env) },
    {
      signal,
      log: output.log,
      onProgress: (progress) => output.progress(progress.done, progress.total, { ...progress }, described(progress)),
    },
  );
  for (const warning of warnings) output.log.warn(warning);
  const { name, path, parameters } = base;
  output.result(
    { base: name, path, parameters, bytes: base.bytes, seconds, peakMemoryBytes },
    `Imported ${name}: ${count(parameters)} parameters, ${bytes(base.bytes)}, in ${duration(seconds)}.\n${path}`,
  );
}

function described(progress: ImportProgress): string {
  const { done, total } = progress;
  if (progress.stage === "convert") return `converting: ${count(done)} of ${count(total)} numbers`;
  const { bytesPerSecond, etaSeconds } = progress;
  return `downloading: ${bytes(done)} of ${bytes(total)}, ${bytes(bytesPerSecond)}/s, ${duration(etaSeconds)} left`;
}
