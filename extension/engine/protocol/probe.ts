/** The request to the process that measures a device. */

import { RequestType } from "vscode-jsonrpc/node";
import type { Finding } from "../../core/devices/knownDevices.ts";
import type { Device } from "../../core/runtime/device.ts";
import type { ErrorData } from "../wire.ts";

export interface ProbeQuestion {
  /** The folder of an installed base. */
  path: string;
  name: string;
  embedded: boolean;
  device: Device;
}

export const probeRequest = new RequestType<ProbeQuestion, Finding, ErrorData>("probe/measure");
