/** IA3 scales activations (Liu et al. 2022, arXiv 2205.05638): y = l ⊙ (W·x + b), or W·(l ⊙ x) + b in feed-forward modules. */

import * as z from "zod";
import { internalError } from "../../foundation/errors.ts";
import { say, verbatim } from "../../foundation/words/said.ts";
import { mul } from "../../graph/primitives/elementwise.ts";
import { concat, reshape } from "../../graph/primitives/shaping.ts";
import { constant, type Tensor } from "../../graph/tensor.ts";
import { moduleShapes } from "../../architectures/architectures.ts";
import type { AdaptedModule } from "../../architectures/parameterScope.ts";
import { checkModules } from "../fit/moduleFit.ts";
import type { AnyAdapter, Counted } from "../origin.ts";
import { invalid } from "../formats/peftErrors.ts";
import { peftKey, targetModules, taskOf, type AdapterTensor } from "../formats/peftModules.ts";
import type { Attachment, ParameterOf } from "./attachment.ts";
import type { AdapterKind, Method, Modules } from "./method.ts";
import { normOf, placeOf } from "./norms.ts";
import { endsWith, paperAttention, present, resolveTargets, targetsField } from "./targets.ts";

export interface Ia3Adapter<Values = Float32Array> extends AnyAdapter {
  readonly method: "ia3";
  /** Factors by module path. */
  readonly modules: ReadonlyMap<string, Ia3Factors<Values>>;
}

export interface Ia3Factors<Values = Float32Array> {
  /** The side of the module that the factors scale. */
  readonly on: "input" | "output";
  /** [inFeatures] or [outFeatures] */
  readonly values: Values;
}

export interface Ia3Spec {
  readonly method: "ia3";
  /** Complete module paths. */
  readonly targets: ReadonlySet<string>;
  /** The targets whose input is scaled instead of their output. */
  readonly feedForward: ReadonlySet<string>;
}

interface Ia3Settings {
  readonly targets: readonly string[] | null;
  /** Path endings of the targets whose input is scaled. */
  readonly feedForward: readonly string[];
}

const fields = {
  targets: targetsField,
  feedForward: z
    .array(z.string())
    .readonly()
    .optional()
    .describe("Targets whose input IA3 scales instead of their output"),
};

/** The last products of feed-forward layers. IA3 scales their input, as PEFT does for these architectures. */
const lastOfFeedForward = ["down_proj", "c_proj", "fc_out", "wo"];
/** All products of feed-forward layers, in the paper's architectures. */
const paperFeedForward = ["gate_proj", "up_proj", "down_proj", "fc_in", "fc_out", "wi", "wo"];
/** All products of feed-forward layers, in any architecture. */
const allOfFeedForward = [...paperFeedForward, "c_fc", "c_proj", "wi_0", "wi_1"];

const adapter: AdapterKind<Ia3Adapter, Ia3Adapter<Counted>, object, Ia3Settings, Ia3Spec> = {
  peftType: "IA3",
  readConfig: () => ({}),
  configOf({ modules }) {
    const paths = [...modules.keys()];
    const scaledInputs = paths.filter((path) => modules.get(path)?.on === "input");
    return {
      ...taskOf(modules),
      target_modules: targetModules(paths),
      fan_in_fan_out: false,
      feedforward_modules: targetModules(scaledInputs, paths),
      init_ia3_weights: true,
    };
  },
  fromTensors: (name, facts, tensors) => ({ name, ...facts, method: "ia3", modules: factorsOf(name, tensors) }),
  tensorsOf: ({ modules }) =>
    new Map(
      [...modules].map(([path, { on, values }]) => {
        const shape = on === "input" ? [1, values.length] : [values.length, 1];
        return [peftKey(path, "ia3_l"), { shape, values }];
      }),
    ),
  factsOf: () => ({}),
  decides({ modules }) {
    const targets = [...modules.keys()];
    return {
      settings: { targets, feedForward: targets.filter((path) => modules.get(path)!.on === "input") },
      labels: {},
    };
  },
  checkFits(own, host) {
    // The factors reveal only the size of the side that they scale.
    const shapes = new Map(
      [...own.modules].map(([path, { on, values }]) => {
        return [path, on === "input" ? { inFeatures: values.length } : { outFeatures: values.length }];
      }),
    );
    checkModules(own, shapes, host, { scalesInputs: true });
  },
  around({ modules }, path) {
    const factors = modules.get(path);
    return factors && { [factors.on]: factors.values };
  },
  label: () => verbatim("IA3"),
  describe: () => verbatim("IA3"),
  norms: ({ modules }) =>
    [...modules].map(([path, { values }]) => ({
      ...placeOf(path),
      norm: normOf(Array.from(values, (value) => value - 1)),
    })),
  meaningOfNorms: "Distance of the factors from 1:",
};

export const ia3: Method<typeof fields, Ia3Settings, Ia3Spec, typeof adapter> = {
  name: "ia3",
  title: "IA3",
  summary: "Scales each channel by a trained factor. Small and fast; light effect.",
  fields,
  // Small: measured like LoRA's; validation loss 2.61 with 1e-2, 2.62 with 2e-2. Large: PEFT's recommendation.
  learningRates: { small: 1e-2, large: 5e-3, paper: 3e-3 },
  resolve({ targets, feedForward }, { preset, paths }) {
    const isPaper = preset === "paper";
    return {
      targets: targets ?? (isPaper ? present([...paperAttention, ...allOfFeedForward], paths) : null),
      feedForward: feedForward ?? (isPaper ? allOfFeedForward : lastOfFeedForward),
    };
  },
  spec({ targets: ends, feedForward }, { config }) {
    const targets = resolveTargets(ends, moduleShapes(config));
    const scaled = [...targets].filter((path) => feedForward.some((end) => endsWith(path, end)));
    return { method: "ia3", targets, feedForward: new Set(scaled) };
  },
  fingerprint: ({ targets, feedForward }) => ({
    targets: targets ? targets.join(", ") : "all",
    feedForward: feedForward.join(", "),
  }),
  attach,
  firstValues: (spec, _settings, { modules }) => firstFactors(spec, modules),
  adapter,
};

function attach({ targets, feedForward }: Ia3Spec, parameterOf: ParameterOf): Attachment {
  const factors = ({ path, outFeatures }: AdaptedModule): Tensor =>
    targets.has(path)
      ? reshape(parameterOf(peftKey(path, "ia3_l"), [outFeatures, 1]), [outFeatures])
      : constant(new Float32Array(outFeatures).fill(1), [outFeatures]);
  return {
    slots: {
      around: (modules, x, product) => {
        if (!modules.some(({ path }) => targets.has(path))) return product(x);
        const [first] = modules;
        if (!modules.some(({ path }) => feedForward.has(path))) return mul(product(x), concat(modules.map(factors), 0));
        // The modules of one product share their input. No supported feed-forward layer does this; see checkModules.
        if (modules.length > 1) throw internalError(`the input of ${first!.path} is not its own`);
        const { path, inFeatures } = first!;
        return product(mul(x, reshape(parameterOf(peftKey(path, "ia3_l"), [1, inFeatures]), [inFeatures])));
      },
    },
  };
}

/** Returns factors of 1, which do not change the base. */
function firstFactors({ targets, feedForward }: Ia3Spec, modules: Modules): Map<string, Float32Array> {
  return new Map(
    [...targets].map((path) => {
      const { inFeatures, outFeatures } = modules.get(path)!;
      return [peftKey(path, "ia3_l"), new Float32Array(feedForward.has(path) ? inFeatures : outFeatures).fill(1)];
    }),
  );
}

/** Reads the tensors ia3_l: [out, 1] scales the output, [1, in] scales the input. */
function factorsOf<Values>(
  name: string,
  tensors: ReadonlyMap<string, AdapterTensor<Values>>,
): Map<string, Ia3Factors<Values>> {
  const modules = new Map<string, Ia3Factors<Values>>();
  for (const [key, { shape, values }] of tensors) {
    const [, path] = /^base_model\.model\.(.+)\.ia3_l$/.exec(key) ?? [];
    if (path === undefined) throw invalid(name, say`it holds "${key}", which is not an IA3 vector of a linear module`);
    if (shape.length !== 2 || !shape.includes(1)) {
      throw invalid(name, say`"${key}" has the shape [${shape.join(", ")}], not [out, 1] or [1, in]`);
    }
    modules.set(path, { on: shape[0] === 1 ? "input" : "output", values });
  }
  return modules;
}
