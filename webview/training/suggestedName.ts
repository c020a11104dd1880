/** The name that the form proposes for a new adapter: its data's, with a number where that is taken. */

import type { FormDraft, Workspace } from "./draft.ts";

export function suggestedName(draft: Pick<FormDraft, "data" | "path">, { folder = "", taken }: Workspace): string {
  const stem =
    plain(labelOf(draft, folder))
      .replaceAll(/[^\w.-]+/g, "-")
      .replace(/^[.-]+/, "")
      .replace(/-+$/, "")
      .slice(0, 40) || "adapter";
  // File systems may treat "Shop" and "shop" as the same.
  const used = new Set(taken.map((name) => name.toLowerCase()));
  let name = stem;
  for (let i = 2; used.has(name.toLowerCase()); i++) name = `${stem}-${i}`;
  return name;
}

/** Letters without their accents, which names of adapters cannot have. */
function plain(text: string): string {
  return text.normalize("NFKD").replaceAll(/\p{M}/gu, "").replaceAll("ß", "ss");
}

function labelOf({ data, path }: Pick<FormDraft, "data" | "path">, folder: string): string {
  if (data === "workspace" || data === "commits") return folder;
  if (data === "joint") return "conala-codealpacapy";
  if (data !== "path") return data;
  const last = path.split(/[/\\]/).findLast((part) => part !== "") ?? "";
  return last.replace(/\.(jsonl|py)$/, "");
}
