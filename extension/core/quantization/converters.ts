/** Threads that convert pieces of a checkpoint side by side, so that the caller's own is free to read and write. */

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Converted, Piece } from "./convert.ts";

export interface Converters {
  /** How many pieces keep all threads at work while the next ones are read. */
  readonly ahead: number;
  /** As `convert`, elsewhere. The memory of `piece.bytes` is handed over. */
  convert(piece: Piece): Promise<Converted | null>;
  /** Ends the threads, whatever they are doing. */
  close(): Promise<void>;
}

/** With more threads than these one disk and one writer are the limit. */
const mostThreads = 4;

/** Beside this file; in a build, beside the bundle that this file is part of. */
const threadFile = new URL(`./conversionThread.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);

interface Waiting {
  readonly resolve: (converted: Converted | null) => void;
  readonly reject: (error: Error) => void;
}

/** @param useful how many threads would find something to do */
export function openConverters(useful: number): Converters {
  const threads = Array.from({ length: Math.min(availableParallelism(), mostThreads, useful) }, startThread);
  let turn = 0;
  return {
    ahead: 2 * threads.length,
    convert: (piece) => threads[turn++ % threads.length]!.convert(piece),
    close: async () => void (await Promise.all(threads.map((thread) => thread.close()))),
  };
}

function startThread(): Pick<Converters, "convert" | "close"> {
  // Options of the process may speak of its main file, which is not the thread's.
  const worker = new Worker(threadFile, { execArgv: [] });
  /** Answers come in the order of the questions. */
  const waiting: Waiting[] = [];
  let failure: Error | undefined;
  worker.on("message", (converted: Converted | null) => waiting.shift()?.resolve(converted));
  worker.on("error", (error: Error) => {
    failure = error;
    for (const { reject } of waiting.splice(0)) reject(error);
  });
  return {
    convert: (piece) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        waiting.push({ resolve, reject });
        worker.postMessage(piece, [piece.bytes.buffer]);
      }),
    close: async () => void (await worker.terminate()),
  };
}
