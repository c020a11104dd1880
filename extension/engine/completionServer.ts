/**
 * The completion process: one base with its adapters, asked one thing at a time.
 *
 * Keeps no state but what the last selection says, so that a restarted process is as good as the old one.
 */

import type { MessageConnection } from "vscode-jsonrpc/node";
import { internalError } from "../core/foundation/errors.ts";
import type { Log } from "../core/foundation/log.ts";
import { surveyBases } from "../core/baseModels/surveyBases.ts";
import type { InstalledBase } from "../core/baseModels/installedBase.ts";
import { listRuns, readRun } from "../core/evaluation/runs/runFolder.ts";
import { exported } from "../core/evaluation/runs/runTable.ts";
import { openCompleter, type Completer } from "../core/completion/completer.ts";
import { adapterSummaries, foreignOrigin } from "./adapterSummaries.ts";
import {
  adaptersRequest,
  basesRequest,
  completeRequest,
  exportRunsRequest,
  runsRequest,
  selectRequest,
} from "./protocol.ts";
import { openSelection } from "./selectedBase.ts";
import { answer } from "./wire.ts";

interface Open {
  base: InstalledBase;
  completer: Completer;
}

export function serveCompletion(connection: MessageConnection, log: Log): void {
  const inTurn = turns();
  let open: Open | undefined;
  /** Settles with the latest selection. */
  let selecting: Promise<unknown> = Promise.resolve();

  answer(connection, selectRequest, (selection, signal) => {
    const selected = inTurn(async () => {
      const startedAt = performance.now();
      const { base, adapters, notImported } = await openSelection(selection, { log, signal });
      if (open?.base.hash !== base.hash) {
        await open?.completer.release();
        open = undefined; // Should the next line fail, the released one is not asked again.
        open = { base, completer: await openCompleter(base) };
      }
      await open?.completer.useAdapters(adapters);
      const { name, parameters } = base;
      const foreign = await foreignOrigin(adapters, base);
      return {
        base: name,
        parameters,
        milliseconds: performance.now() - startedAt,
        ...(foreign && { foreign }),
        ...(notImported !== undefined && { notImported }),
      };
    });
    selecting = selected.catch(() => undefined);
    return selected;
  });

  answer(connection, completeRequest, (request, signal) =>
    inTurn(async () => {
      signal.throwIfAborted(); // Most requests were overtaken by the next keystroke while they waited.
      if (!open) throw internalError("asked to complete before a base was selected");
      return open.completer.complete(request, signal);
    }),
  );

  answer(connection, basesRequest, (places, signal) => inTurn(() => surveyBases({ ...places, log, signal })));

  answer(connection, runsRequest, ({ home }) => listRuns(home));

  answer(connection, exportRunsRequest, async ({ folders, format }) =>
    exported(await Promise.all(folders.map(readRun)), format),
  );

  // Needs the base, but not the decoder: no completion waits for it.
  answer(connection, adaptersRequest, async ({ library }) => {
    await selecting;
    return adapterSummaries(library, open?.base, log);
  });
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
