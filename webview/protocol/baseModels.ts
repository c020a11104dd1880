/** Messages between the extension and the panel of base models. The extension validates all messages of this web page. */

import * as z from "zod/mini";

const text = z.string().check(z.minLength(1));

/** Messages from the panel to the extension. */
export const fromBases = z.discriminatedUnion("type", [
  /** The panel was (re)loaded and has no state. */
  z.object({ type: z.literal("ready") }),
  /** First asks the user for a model or a folder. */
  z.object({ type: z.literal("add") }),
  z.object({ type: z.literal("import"), source: text }),
  z.object({ type: z.literal("cancel") }),
  /** Dismisses the error of the last import. */
  z.object({ type: z.literal("dismiss") }),
  z.object({ type: z.literal("use"), name: text }),
  z.object({ type: z.literal("remove"), name: text }),
  z.object({ type: z.literal("showLog") }),
]);

export type FromBases = z.infer<typeof fromBases>;

/** Messages from the extension to the panel. */
export type ToBases = { type: "state"; state: BasesState };

/** A base's requirements and speed on this machine. */
export interface BaseCost {
  parameters: number;
  /** Size on disk after installation. */
  bytes: number;
  memoryBytes: number;
  fit: "easily" | "barely" | "not";
}

export interface InstalledBaseCard extends BaseCost {
  name: string;
  modelType: string;
  embedded: boolean;
  /** Source: a folder, or OWNER/NAME@COMMIT. */
  origin: string;
}

export interface OfferedBaseCard extends BaseCost {
  repository: string;
  modelType: string;
  licence: string;
  downloadBytes: number;
  obstacle?: "architecture" | "pickle" | "memory";
  /** Estimate for this machine; absent until the machine is measured, and if there is no estimate. */
  tokensPerSecond?: number;
  /** Whether it is the largest base that is suitable for this machine. */
  recommended?: true;
}

/** The import of this window; there is at most one. */
export type ImportState =
  | {
      phase: "running";
      /** The model or folder that the user entered. */
      source: string;
      cancelling: boolean;
      /** Absent until the first bytes arrive. */
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
  /** The error if the survey failed. */
  problem: { message: string; nextStep: string } | undefined;
  /** Name of the base in use. */
  inUse: string | undefined;
  importing: ImportState | undefined;
  /** The folder in the settings if it is not imported yet; another base is used instead. */
  notImported: string | undefined;
}
