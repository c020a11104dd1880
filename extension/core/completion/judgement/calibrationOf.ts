/** Finds the calibration of a base. */

import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { uncalibrated, type Calibration } from "./calibration.ts";
import { graftBase } from "./calibrations/graftBase.ts";

export function calibrationOf({ embedded }: Pick<InstalledBase, "embedded">): Calibration {
  return embedded ? graftBase : uncalibrated;
}
