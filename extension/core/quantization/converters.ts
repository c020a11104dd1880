/** Worker threads that convert pieces of a checkpoint in parallel, so that the calling thread is free to read and write. */

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Converted, Piece } from "./convert.ts";

export interface Converters {
  /** The number of pieces that keep all threads busy while the next ones are read. */
  readonly ahead: number;
  /** Runs `convert` on a worker thread. Transfers the memory of `piece.bytes`. */
  convert(piece: Piece): Promise<Converted | null>;
  /** Terminates the threads, even while they work. */
  close(): Promise<void>;
}

/** With more threads, the disk and the single writer are the bottleneck. */
const maxThreads = 4;

/** The file of the worker: next to this file or, in a build, next to the bundle that contains it. */
const threadFile = new URL(`./conversionThread.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);

interface Waiting {
  readonly resolve: (converted: Converted | null) => void;
  readonly reject: (error: Error) => void;
}

/** @param useful the number of threads that would have work */
export function openConverters(useful: number): Converters {
  const threads = Array.from({ length: Math.min(availableParallelism(), maxThreads, useful) }, startThread);
  let turn = 0;
  return {
    ahead: 2 * threads.length,
    convert: (piece) => threads[turn++ % threads.length]!.convert(piece),
    close: async () => void (await Promise.all(threads.map((thread) => thread.close()))),
  };
}

function startThread(): Pick<Converters, "convert" | "close"> {
  // The process's own options may refer to its main file, which is not the thread's.
  const worker = new Worker(threadFile, { execArgv: [] });
  /** The pending pieces. Answers arrive in the order of the requests. */
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
