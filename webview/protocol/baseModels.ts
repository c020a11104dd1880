/** Messages between the extension and the panel of base models. What the panel sends is checked: it is a web page. */

import * as z from "zod/mini";

const text = z.string().check(z.minLength(1));

/** Base models' panel → extension. */
export const fromBases = z.discriminatedUnion("type", [
  /** It was (re)loaded and knows nothing. */
  z.object({ type: z.literal("ready") }),
  /** Asks for a model or a folder first. */
  z.object({ type: z.literal("add") }),
  z.object({ type: z.literal("import"), source: text }),
  z.object({ type: z.literal("cancel") }),
  /** Forgets how the last import failed. */
  z.object({ type: z.literal("dismiss") }),
  z.object({ type: z.literal("use"), name: text }),
  z.object({ type: z.literal("remove"), name: text }),
  z.object({ type: z.literal("showLog") }),
]);

export type FromBases = z.infer<typeof fromBases>;

/** Extension → base models' panel. */
export type ToBases = { type: "state"; state: BasesState };

/** What a base costs this machine. */
export interface BaseCost {
  parameters: number;
  /** On disk, once it is installed. */
  bytes: number;
  memoryBytes: number;
  fit: "easily" | "barely" | "not";
}

export interface InstalledBaseCard extends BaseCost {
  name: string;
  modelType: string;
  embedded: boolean;
  /** A folder, or OWNER/NAME@COMMIT. */
  origin: string;
}

export interface OfferedBaseCard extends BaseCost {
  repository: string;
  modelType: string;
  licence: string;
  downloadBytes: number;
  obstacle?: "architecture" | "pickle" | "memory";
  /** An estimate for this machine; absent until that is measured, and where it cannot be told. */
  tokensPerSecond?: number;
  /** Whether it is the largest that suits this machine. */
  recommended?: true;
}

/** The one import of this window. */
export type ImportState =
  | {
      phase: "running";
      /** What the user named. */
      source: string;
      cancelling: boolean;
      /** Absent until the first bytes are there. */
      progress?:
        | { stage: "download"; done: number; total: number; bytesPerSecond: number; etaSeconds: number }
        | { stage: "convert"; done: number; total: number };
    }
  | { phase: "failed"; source: string; message: string; nextStep: string };

export interface BasesState {
  /** Undefined until it is known. */
  survey:
    | { installed: readonly InstalledBaseCard[]; offered: readonly OfferedBaseCard[]; machineBytes: number }
    | undefined;
  /** Why the survey could not be made. */
  problem: { message: string; nextStep: string } | undefined;
  /** Name of the base that completes. */
  inUse: string | undefined;
  importing: ImportState | undefined;
  /** The folder that the settings name, where it has not been imported: another base stands in for it. */
  notImported: string | undefined;
}
