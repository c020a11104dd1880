/** Tells the editor which device is about to be opened, because opening it may end the process. */

import type { MessageConnection } from "vscode-jsonrpc/node";
import type { Log } from "../../core/foundation/log.ts";
import type { Device } from "../../core/runtime/device.ts";
import { deviceOpens } from "../protocol/completion.ts";
import { ask, untilAborted } from "../wire.ts";

/** Milliseconds that the editor has for its answer. A busy extension host takes one or two seconds. */
const usualLimit = 5000;

/**
 * Waits for the editor's answer, so that the editor knows the device before a driver can crash. Returns after a while even without an
 * answer.
 */
export async function announceDevice(
  connection: MessageConnection,
  device: Device,
  log: Log,
  limit = usualLimit,
): Promise<void> {
  const late = AbortSignal.timeout(limit);
  try {
    await untilAborted(ask(connection, deviceOpens, { device }), late);
  } catch (error) {
    if (!late.aborted) throw error;
    log.warn(`The editor has not answered for ${limit / 1000} s that the device ${device} opens. Going on without.`);
  }
}
