/** A sixth method, in one file: it trains a vector that is added to the output of each linear module (Ben Zaken et al. 2021, BitFit). */

import { verbatim } from "../../../extension/core/foundation/words/said.ts";
import type { AdapterKind, Method } from "../../../extension/core/adapters/methods/method.ts";
import { normOf, placeOf } from "../../../extension/core/adapters/methods/norms.ts";
import { resolveTargets, targetsField } from "../../../extension/core/adapters/methods/targets.ts";
import { checkModules } from "../../../extension/core/adapters/fit/moduleFit.ts";
import type { AnyAdapter, Counted } from "../../../extension/core/adapters/origin.ts";
import { peftKey } from "../../../extension/core/adapters/formats/peftModules.ts";
import { moduleShapes } from "../../../extension/core/architectures/architectures.ts";
import { add } from "../../../extension/core/graph/primitives/elementwise.ts";
import { concat, zeros } from "../../../extension/core/graph/primitives/shaping.ts";

export interface BiasAdapter<Values = Float32Array> extends AnyAdapter {
  readonly method: "bias";
  /** By module path: [outFeatures]. */
  readonly modules: ReadonlyMap<string, Values>;
}

interface BiasSpec {
  readonly method: "bias";
  readonly targets: ReadonlySet<string>;
}

interface BiasSettings {
  readonly targets: readonly string[] | null;
}

const fields = { targets: targetsField };
const part = "bias_delta";

const adapter: AdapterKind<BiasAdapter, BiasAdapter<Counted>, object, BiasSettings, BiasSpec> = {
  peftType: "BITFIT",
  readConfig: () => ({}),
  configOf: ({ modules }) => ({ target_modules: [...modules.keys()] }),
  fromTensors: (name, facts, tensors) => ({
    name,
    ...facts,
    method: "bias",
    modules: new Map(
      [...tensors].map(([key, { values }]) => [key.slice(peftKey("", "").length - 1, -part.length - 1), values]),
    ),
  }),
  tensorsOf: ({ modules }) =>
    new Map([...modules].map(([path, values]) => [peftKey(path, part), { shape: [values.length], values }])),
  factsOf: () => ({}),
  decides: ({ modules }) => ({ settings: { targets: [...modules.keys()] }, labels: {} }),
  checkFits(own, host) {
    const shapes = new Map([...own.modules].map(([path, { length }]) => [path, { outFeatures: length }]));
    checkModules(own, shapes, host);
  },
  label: () => verbatim("BitFit"),
  describe: () => verbatim("BitFit"),
  norms: ({ modules }) => [...modules].map(([path, values]) => ({ ...placeOf(path), norm: normOf(values) })),
  meaningOfNorms: "Norm of what is added to each output:",
};

export const bias: Method<typeof fields, BiasSettings, BiasSpec, typeof adapter> = {
  name: "bias",
  title: "BitFit",
  summary: "Adds a trained vector to the output of each module.",
  fields,
  learningRates: { small: 1e-2, large: 1e-3, paper: 1e-3 },
  resolve: ({ targets }) => ({ targets }),
  spec: ({ targets }, { config }) => ({ method: "bias", targets: resolveTargets(targets, moduleShapes(config)) }),
  fingerprint: ({ targets }) => ({ targets: targets ? targets.join(", ") : "all" }),
  attach: ({ targets }, parameterOf) => ({
    slots: {
      around: (modules, x, product) => {
        if (!modules.some(({ path }) => targets.has(path))) return product(x);
        const vectors = modules.map(({ path, outFeatures }) =>
          targets.has(path) ? parameterOf(peftKey(path, part), [outFeatures]) : zeros([outFeatures]),
        );
        return add(product(x), concat(vectors, 0));
      },
    },
  }),
  firstValues: ({ targets }, _settings, { modules }) =>
    new Map([...targets].map((path) => [peftKey(path, part), new Float32Array(modules.get(path)!.outFeatures)])),
  adapter,
};
