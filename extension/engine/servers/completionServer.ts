/**
 * The completion process: one base with its adapters, which serves one request at a time.
 *
 * Keeps no state except the last selection, so a restarted process equals the old one.
 */

import { isDeepStrictEqual } from "node:util";
import pLimit from "p-limit";
import type { MessageConnection } from "vscode-jsonrpc/node";
import { internalError } from "../../core/foundation/errors.ts";
import type { Log } from "../../core/foundation/log.ts";
import type { InstalledBase } from "../../core/baseModels/installedBase.ts";
import type { ChosenFolder } from "../../core/completion/adapterCache.ts";
import { openCompleterOnDevices, type CompleterOnDevices } from "../../core/completion/completerOnDevices.ts";
import { choosePlacements } from "../../core/devices/placements.ts";
import type { Device, Placement } from "../../core/runtime/device.ts";
import { foreignOrigin } from "./adapterSummaries.ts";
import { announceDevice } from "./announceDevice.ts";
import { lookForDevices } from "../lookForDevices.ts";
import {
  completeRequest,
  deviceFails,
  deviceFound,
  explainRequest,
  prepareRequest,
  selectRequest,
} from "../protocol/completion.ts";
import { openSelection } from "./selectedBase.ts";
import { answer } from "../wire.ts";

interface Open {
  base: InstalledBase;
  /** The placements that the completer was opened with. */
  placements: readonly Placement[];
  completer: CompleterOnDevices;
}

/** The seconds after a selection in which nothing is probed, because the first completions run then. */
const settling = 5;

export function serveCompletion(connection: MessageConnection, log: Log): void {
  // The decoder has one cache, and an adapter swap must not interrupt a completion.
  const inTurn = pLimit(1);
  let open: Open | undefined;
  let probing: NodeJS.Timeout | undefined;

  const openOn = async (
    base: InstalledBase,
    placements: readonly Placement[],
    expected: readonly ChosenFolder[],
  ): Promise<Open> => {
    const completer = await openCompleterOnDevices(base, placements, {
      log,
      expected,
      onOpen: (device) => announceDevice(connection, device, log),
      onFallback: ({ device, said }, next) =>
        void connection.sendNotification(deviceFails, { device, next, reason: said.message }),
    });
    return { base, placements, completer };
  };

  answer(connection, selectRequest, (selection, signal) =>
    inTurn(async () => {
      const startedAt = performance.now();
      const { base, adapters, notImported } = await openSelection(selection, { log, signal });
      const { device = "auto", without = [], home } = selection;
      const choice = { device, home, base: base.hash, without };
      const placements = await choosePlacements({ ...choice, log });
      if (open?.base.hash !== base.hash || !isDeepStrictEqual(open.placements, placements)) {
        const before = open;
        open = undefined; // If one of the next lines fails, later requests must not use the released model.
        await before?.completer.release();
        open = await openOn(base, placements, adapters);
      }
      await open.completer.useAdapters(adapters);
      const { name, parameters } = base;
      const foreign = await foreignOrigin(adapters, base);
      clearTimeout(probing);
      probing = setTimeout(() => {
        const found = (faster: Device): void => void connection.sendNotification(deviceFound, { device: faster });
        void lookForDevices(choice, base, { log, found });
      }, settling * 1000);
      return {
        base: name,
        parameters,
        contextTokens: open.completer.contextTokens,
        device: open.completer.device,
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

  // The completer itself ends a preparation when another request arrives, so it does not wait in this queue.
  answer(
    connection,
    prepareRequest,
    (request, signal) => open?.completer.prepare(request, signal) ?? Promise.resolve({ tokens: 0, milliseconds: 0 }),
  );

  answer(connection, explainRequest, async (request) => open?.completer.shownPrompt(request) ?? null);
}
