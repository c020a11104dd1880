/** Identifies a training by its base, data and settings, in the user's terms. Checkpoints and the training report contain it. */

import { methodOf } from "../adapters/methods/methodNamed.ts";
import type { NewTokenFile } from "../dataset/tokenFile.ts";
import { commonFields } from "./trainRequest.ts";
import type { ResolvedSettings } from "./settings.ts";

/** For example {"rank": 16, "data": "2135 sequences, 4f1c…"}. */
export type Fingerprint = Readonly<Record<string, string | number | boolean>>;

/** Settings that do not change the result, and those that are listed only if given. */
const unlisted = new Set<string>(["saveEvery", "steps", "patience"]);

type Described = Readonly<Record<"training" | "validation", Pick<NewTokenFile, "description">>>;

export function fingerprintOf(
  baseHash: string,
  settings: ResolvedSettings,
  { training, validation }: Described,
): Fingerprint {
  const { steps, patience } = settings;
  const common = Object.keys(commonFields)
    .filter((key) => !unlisted.has(key))
    .map((key) => [key, settings[key as keyof ResolvedSettings]]);
  return {
    base: baseHash.slice(0, 16),
    data: training.description(),
    validation: validation.description(),
    ...(Object.fromEntries(common) as Fingerprint),
    ...methodOf(settings.method).fingerprint(settings),
    ...(steps !== null && { steps }),
    ...(patience !== null && { patience }),
  };
}
