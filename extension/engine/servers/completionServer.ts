/**
 * The completion process: one base with its adapters, which serves one request at a time.
 *
 * Keeps no state except the last selection, so a restarted process equals the old one.
 */

import pLimit from "p-limit";
import type { MessageConnection } from "vscode-jsonrpc/node";
import { internalError } from "../../core/foundation/errors.ts";
import type { Log } from "../../core/foundation/log.ts";
import type { InstalledBase } from "../../core/baseModels/installedBase.ts";
import { openCompleter, type Completer } from "../../core/completion/completer.ts";
import { foreignOrigin } from "./adapterSummaries.ts";
import { completeRequest, explainRequest, prepareRequest, selectRequest } from "../protocol.ts";
import { openSelection } from "./selectedBase.ts";
import { answer } from "../wire.ts";

interface Open {
  base: InstalledBase;
  completer: Completer;
}

export function serveCompletion(connection: MessageConnection, log: Log): void {
  // The decoder has one cache, and an adapter swap must not interrupt a completion.
  const inTurn = pLimit(1);
  let open: Open | undefined;

  answer(connection, selectRequest, (selection, signal) =>
    inTurn(async () => {
      const startedAt = performance.now();
      const { base, adapters, notImported } = await openSelection(selection, { log, signal });
      if (open?.base.hash !== base.hash) {
        await open?.completer.release();
        open = undefined; // If the next line fails, later requests must not use the released model.
        open = { base, completer: await openCompleter(base) };
      }
      await open.completer.useAdapters(adapters);
      const { name, parameters } = base;
      const foreign = await foreignOrigin(adapters, base);
      return {
        base: name,
        parameters,
        contextTokens: open.completer.contextTokens,
        milliseconds: performance.now() - startedAt,
        ...(foreign && { foreign }),
        ...(notImported !== undefined && { notImported }),
      };
    }),
  );

  answer(connection, completeRequest, (request, signal) =>
    inTurn(async () => {
      signal.throwIfAborted(); // The next keystroke has cancelled most requests by the time their turn comes.
      if (!open) throw internalError("asked to complete before a base was selected");
      return open.completer.complete(request, signal);
    }),
  );

  // The completer itself ends a preparation when another request comes, so it does not wait in this queue.
  answer(
    connection,
    prepareRequest,
    (request, signal) => open?.completer.prepare(request, signal) ?? Promise.resolve({ tokens: 0, milliseconds: 0 }),
  );

  answer(connection, explainRequest, () => Promise.resolve(open?.completer.lastPrompt ?? null));
}
