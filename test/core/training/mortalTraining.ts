/** A process that trains on request. At one of its changes to the disk it may die as by `kill -9`, or the disk may become full. */

import files from "node:fs";
import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import type { TrainOptions } from "../../../extension/core/training/trainRequest.ts";

export interface Order {
  options: TrainOptions;
  fate: "lives" | "dies" | "disk full";
  /** The change at which it meets its fate, counted from 1. */
  atChange: number;
}

/** How it ended, unless it died. */
export interface Outcome {
  /** Changes that it made to the disk. */
  changes: number;
  error?: string;
}

let order: Order | undefined;
let changes = 0;

/** Makes each call of these functions a change to the disk; only those that write need room on it. */
function count(owner: object, names: readonly string[], { writing }: { writing: boolean }): void {
  const functions = owner as Record<string, (...args: unknown[]) => unknown>;
  for (const name of names) {
    const original = functions[name]!;
    functions[name] = function (this: unknown, ...args) {
      changes++;
      if (order?.fate === "dies" && changes === order.atChange) process.kill(process.pid, "SIGKILL");
      if (order?.fate === "disk full" && changes >= order.atChange && writing) {
        const error = Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
        if (name.endsWith("Sync")) throw error;
        return Promise.reject(error);
      }
      return original.apply(this, args);
    };
  }
}

const handle = await promises.open(import.meta.filename);
const fileHandle = Object.getPrototypeOf(handle) as object;
await handle.close();
count(fileHandle, ["write", "writeFile", "sync"], { writing: true });
count(fileHandle, ["close"], { writing: false });
count(promises, ["mkdir"], { writing: true });
count(promises, ["open", "rename", "rm", "rmdir"], { writing: false });
count(files, ["writeFileSync"], { writing: true });
count(files, ["openSync", "rmSync"], { writing: false });
syncBuiltinESMExports();

const { train } = await import("../../../extension/core/training/train.ts");
const { silentLog } = await import("../../../extension/core/foundation/log.ts");
const { UserError } = await import("../../../extension/core/foundation/errors.ts");

process.once("message", async (given: Order) => {
  order = given;
  changes = 0;
  const outcome: Outcome = await train(given.options, { log: silentLog }).then(
    () => ({ changes }),
    (error: unknown) => ({ changes, error: error instanceof UserError ? error.code : String(error) }),
  );
  process.send!(outcome, () => process.disconnect());
});
process.send!("ready");
