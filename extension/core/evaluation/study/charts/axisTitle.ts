/** What stands beside an axis of scores. */

import { say, type Said } from "../../../foundation/words/said.ts";
import { measureFormat } from "../../measures/measureFormat.ts";

/** "EM@1 (%)" */
export function axisTitle(measure: string): Said {
  const { unit } = measureFormat(measure);
  const title = measureTitle(measure);
  return unit === "" ? title : say`${title} (${unit})`;
}

/** The panel's tables translate the same titles, so the bundles hold those that are words. */
export function measureTitle(measure: string): Said {
  return { template: measureFormat(measure).title, values: [] };
}
