/** The title of an axis of scores. */

import { say, type Said } from "../../../foundation/words/said.ts";
import { measureFormat } from "../../measures/measureFormat.ts";

/** "EM@1 (%)" */
export function axisTitle(measure: string): Said {
  const { unit } = measureFormat(measure);
  const title = measureTitle(measure);
  return unit === "" ? title : say`${title} (${unit})`;
}

/** The translation bundles contain the titles that are words, because the panel's tables translate them, too. */
export function measureTitle(measure: string): Said {
  return { template: measureFormat(measure).title, values: [] };
}
