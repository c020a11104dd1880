/** The probe process: measures one device with one base. A crash of a driver ends this process only. */

import type { MessageConnection } from "vscode-jsonrpc/node";
import { openBase } from "../../core/baseModels/installedBase.ts";
import { measureDevice } from "../../core/devices/measureDevice.ts";
import { probeRequest } from "../protocol/probe.ts";
import { answer } from "../wire.ts";

export function serveProbe(connection: MessageConnection): void {
  answer(connection, probeRequest, async ({ path, name, embedded, device }) =>
    measureDevice(await openBase(path, { name, embedded }), device),
  );
}
