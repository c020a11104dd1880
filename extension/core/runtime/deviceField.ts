/** The field of a request that names a device. */

import * as z from "zod";
import { deviceChoices } from "./device.ts";

/** The field of every request that opens sessions. */
export const deviceField = z
  .enum(deviceChoices)
  .default("auto")
  .describe("Device to compute on; auto takes the fastest that was measured");

/** The same for work whose results should not depend on what else a machine has. */
export const namedDeviceField = z
  .enum(deviceChoices)
  .default("auto")
  .describe("Device to compute on; auto is the CPU, so that the same request gives the same result on other machines");
