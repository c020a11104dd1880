/** Full fine-tuning: trains every weight of the base, in float32. */

import { totalmem } from "node:os";
import { UserError } from "../../foundation/errors.ts";
import { gigabytes } from "../../foundation/words/quantities.ts";
import { say, type Said } from "../../foundation/words/said.ts";
import { plainWeight } from "../../graph/composites/weight.ts";
import { concat } from "../../graph/primitives/shaping.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { WeightRequest } from "../../architectures/weightRequest.ts";
import type { Attachment, ParameterOf } from "./attachment.ts";
import type { Method, MethodBase } from "./method.ts";

export interface FullSpec {
  readonly method: "full";
}

const fields = {};

export const full: Method<typeof fields, object, FullSpec, undefined> = {
  name: "full",
  title: "Full fine-tuning",
  summary: "Trains every weight and makes a new base. Needs the most memory.",
  fields,
  learningRates: { small: 3e-4, large: 5e-5, paper: 5e-5 },
  resolve: () => ({}),
  spec(_settings, base) {
    checkMemory(base);
    return { method: "full" };
  },
  fingerprint: () => ({}),
  attach: (_spec, parameterOf) => attach(parameterOf),
  firstValues: (_spec, _settings, start) => start.originalWeights(),
  // The gradient of each weight is a third product, besides the forward pass and the gradient of the input.
  flops: (_spec, { frozen }) => 0.5 * frozen,
  adapter: undefined,
};

/** Attaches parameters, which are named by their keys in the base's checkpoint. */
function attach(parameterOf: ParameterOf): Attachment {
  const joined = ({ names, shapes }: WeightRequest): Tensor => {
    const parts = names.map((name, i) => parameterOf(name, shapes[i]!));
    return concat(parts, 0);
  };
  return { weights: { matrix: (request) => plainWeight(joined(request)), vector: joined } };
}

/** Copies of every weight: value, gradient, sum of gradients, two optimizer moments, best value so far, and one being saved. */
const copies = 7;

/**
 * Checks that the machine has enough memory to train every weight of a base.
 *
 * @throws UserError "base-too-large"
 */
export function checkMemory({ name, parameters }: Pick<MethodBase, "name" | "parameters">, memory = totalmem()): void {
  const needed = 4 * copies * parameters;
  if (needed <= memory) return;
  const found = say`its ${millions(parameters)} need ${gigabytes(needed)} of memory, this machine has ${gigabytes(memory)}`;
  throw new UserError(
    "base-too-large",
    say`Cannot train all of ${name}: ${found}.`,
    say`Train a LoRA adapter, or a base of at most ${millions(memory / (4 * copies))}.`,
  );
}

function millions(parameters: number): Said {
  return say`${Math.floor(parameters / 1e6)} million parameters`;
}
