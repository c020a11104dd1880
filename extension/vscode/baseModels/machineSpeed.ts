/** The decoding speed of this machine, measured once by the library process and shared by all windows. */

import { cpus } from "node:os";
import type * as vscode from "vscode";
import * as z from "zod/mini";
import type { MachineSpeed } from "../../core/baseModels/decodeEstimate.ts";
import type { BasePlaces } from "../../core/baseModels/resolveBase.ts";
import type { LibraryProcess } from "../../engine/libraryProcess.ts";
import { measureRequest } from "../../engine/protocol/library.ts";

export interface MachineSpeedSource {
  /** Undefined if it cannot be measured; the log gives the reason. */
  measured(): Promise<MachineSpeed | undefined>;
}

export interface MachineSpeedOptions {
  libraryProcess: LibraryProcess;
  places: BasePlaces;
  /** Shared by all windows. */
  state: vscode.Memento;
  log: vscode.LogOutputChannel;
}

const speed = z.object({
  bytesPerSecond: z.object({ int4: z.number(), int8: z.number() }),
  secondsPerLayer: z.number(),
});

export function openMachineSpeed(
  { libraryProcess, places, state, log }: MachineSpeedOptions,
  subscriptions: vscode.Disposable[],
): MachineSpeedSource {
  const disposal = new AbortController();
  subscriptions.push({ dispose: () => disposal.abort() });
  // Settings sync may carry the state to other machines.
  const key = `graft.machineSpeed ${cpus().length} ${cpus()[0]?.model ?? ""}`;
  let measuring: Promise<MachineSpeed | undefined> | undefined;
  const measure = async (): Promise<MachineSpeed | undefined> => {
    try {
      const found = await libraryProcess.ask(measureRequest, places, disposal.signal);
      await state.update(key, found);
      return found;
    } catch (error) {
      log.warn(`The speed of this machine could not be measured: ${String(error)}`);
      return undefined;
    }
  };
  return {
    measured() {
      const known = speed.safeParse(state.get(key));
      if (known.success) return Promise.resolve(known.data);
      return (measuring ??= measure());
    },
  };
}
