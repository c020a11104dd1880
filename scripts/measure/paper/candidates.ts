/** The candidates of the paper's questions, which scripts/measure/paperQuestions.ts evaluates and scripts/measure/paperDocument.ts compares. */

/** The seeds of the paper's drawn examples. */
export const paperSeeds = [42, 777, 5432, 55555, 97];
const dataSets = ["conala", "codealpacapy"];
const shots = [1, 2, 3];
/** Bits of a base's weights besides the 8 of the embedded one: the paper's question about QLoRA. */
export const otherBits = [32, 4] as const;

export interface PaperCandidate {
  readonly name: string;
  /** The training that makes it, with its data; absent for the base. */
  readonly trained?: { readonly method: string; readonly data: string };
  /** The embedded base in other bits, by its name and bits. */
  readonly base?: { readonly name: string; readonly bits: number };
  /** Examples in front of the task. */
  readonly examples?: { readonly mode: "icl" | "rag"; readonly shots: number };
}

export function paperCandidates(suite: string): readonly PaperCandidate[] {
  const trained = (name: string, method: string, data: string): PaperCandidate => ({ name, trained: { method, data } });
  return [
    { name: "zero-shot" },
    ...["lora", "ia3", "prompt", "prefix"].map((method) => trained(`${method}-${suite}`, method, suite)),
    trained(`full-${suite}`, "full", suite),
    trained("lora-joint", "lora", dataSets.join(",")),
    ...otherBits.map((bits) => ({
      ...trained(`lora-${suite}-${bits}-bit`, "lora", suite),
      base: { name: `graft-base-${bits}-bit`, bits },
    })),
    ...shots.map((count) => ({ name: `rag-${count}`, examples: { mode: "rag", shots: count } as const })),
    ...shots.map((count) => ({ name: `icl-${count}`, examples: { mode: "icl", shots: count } as const })),
  ];
}
