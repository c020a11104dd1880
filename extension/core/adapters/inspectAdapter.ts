/** Reports an adapter's number of parameters and how far it moves its base. */

import type { Adapter } from "./adapter.ts";
import { kindOf } from "./methods/methodNamed.ts";
import type { AdapterNorm } from "./methods/norms.ts";

export interface AdapterReport {
  readonly parameters: number;
  readonly norms: readonly AdapterNorm[];
}

export function inspectAdapter(adapter: Adapter): AdapterReport {
  const kind = kindOf(adapter);
  const tensors = [...kind.tensorsOf(adapter).values()];
  return {
    parameters: tensors.reduce((sum, { values }) => sum + values.length, 0),
    norms: kind.norms(adapter),
  };
}
