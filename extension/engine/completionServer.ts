/**
 * The completion process: one base with its adapters, asked one thing at a time.
 *
 * Keeps no state but what the last selection says, so that a restarted process is as good as the old one.
 */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { MessageConnection } from "vscode-jsonrpc/node";
import type { Adapter } from "../core/adapters/adapter.ts";
import { checkAdapterFits } from "../core/adapters/adapterFit.ts";
import { readAdapter } from "../core/adapters/peftFolder.ts";
import { internalError, UserError } from "../core/foundation/errors.ts";
import type { Log } from "../core/foundation/log.ts";
import { surveyBases } from "../core/baseModels/surveyBases.ts";
import type { InstalledBase } from "../core/baseModels/installedBase.ts";
import { resolveBase } from "../core/baseModels/resolveBase.ts";
import { listRuns, readRun } from "../core/evaluation/runs/runFolder.ts";
import { exported } from "../core/evaluation/runs/runTable.ts";
import { openCompleter, type Completer } from "../core/completion/completer.ts";
import { discardTraining, recoverAdapters } from "../core/training/output/outputFolder.ts";
import {
  adaptersRequest,
  basesRequest,
  completeRequest,
  discardTrainingRequest,
  exportRunsRequest,
  recoverAdaptersRequest,
  runsRequest,
  selectRequest,
  type AdapterSummary,
} from "./protocol.ts";
import { answer } from "./wire.ts";

interface Open {
  base: InstalledBase;
  completer: Completer;
}

export function serveCompletion(connection: MessageConnection, log: Log): void {
  const inTurn = turns();
  let open: Open | undefined;

  answer(connection, selectRequest, (selection, signal) =>
    inTurn(async () => {
      const startedAt = performance.now();
      const base = await resolveBase(selection.base, {
        home: selection.home,
        embedded: selection.embedded,
        log,
        signal,
      });
      if (open?.base.hash !== base.hash) {
        await open?.completer.release();
        open = undefined; // Should the next line fail, the released one is not asked again.
        open = { base, completer: await openCompleter(base) };
      }
      await open?.completer.useAdapters(selection.adapters);
      return { base: base.name, parameters: base.parameters, milliseconds: performance.now() - startedAt };
    }),
  );

  answer(connection, completeRequest, (request, signal) =>
    inTurn(async () => {
      signal.throwIfAborted(); // Most requests were overtaken by the next keystroke while they waited.
      if (!open) throw internalError("asked to complete before a base was selected");
      return open.completer.complete(request, signal);
    }),
  );

  answer(connection, basesRequest, (places, signal) => inTurn(() => surveyBases({ ...places, log, signal })));

  answer(connection, recoverAdaptersRequest, ({ library }) => recoverAdapters(library));

  answer(connection, discardTrainingRequest, ({ out }) => discardTraining(out));

  answer(connection, runsRequest, ({ home }) => listRuns(home));

  answer(connection, exportRunsRequest, async ({ folders, format }) =>
    exported(await Promise.all(folders.map(readRun)), format),
  );

  answer(connection, adaptersRequest, ({ library }) => inTurn(() => summaries(library, open?.base)));
}

/** Runs one thing after the other: the decoder has one cache, and an adapter is not swapped under a completion. */
function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

async function summaries(library: string, base: InstalledBase | undefined): Promise<AdapterSummary[]> {
  await recoverAdapters(library);
  const entries = await readdir(library, { withFileTypes: true }).catch(() => []);
  // A folder with a dot is a training under way or a leftover of one.
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map(({ name }) => name);
  return Promise.all(names.sort().map((name) => summary(name, join(library, name), base)));
}

async function summary(name: string, folder: string, base: InstalledBase | undefined): Promise<AdapterSummary> {
  let adapter: Adapter | undefined;
  try {
    adapter = await readAdapter(folder);
    if (base) checkAdapterFits(adapter, base);
    return { name, folder, description: described(adapter) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, nextStep } = error;
    return { name, folder, ...(adapter && { description: described(adapter) }), problem: { message, nextStep } };
  }
}

function described(adapter: Adapter): string {
  switch (adapter.method) {
    case "lora":
      return `LoRA, rank ${adapter.rank}`;
    case "ia3":
      return "IA3";
    case "prompt":
    case "prefix":
      return `${adapter.method} tuning, ${adapter.tokens} virtual tokens`;
  }
}
