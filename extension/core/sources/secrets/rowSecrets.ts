/** Finds secrets in a row of data: in its texts, under the names of its fields, and across fields that are read as one text. */

import { deepest, indexOfAssignedSecret } from "./assignedSecrets.ts";
import { lineOfSecret } from "./secrets.ts";

/** Fields of benchmarks and of fills: what stands before a hole, in it, and behind it. */
const heads = ["prompt", "prefix", "cropped_code"];
const middles = ["middle", "canonical_solution", "completion", "groundtruth", "next_line", "target", "reference"];
const tails = ["suffix", "right_context"];

/** @param json the row as it stands in its file, where a name may occur twice */
export async function holdsSecret(row: object, json: string = JSON.stringify(row)): Promise<boolean> {
  const texts: string[] = [];
  const plain = json.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"/g, (literal) => {
    texts.push(JSON.parse(literal) as string);
    return JSON.stringify(texts.at(-1));
  });
  // The texts in it have lost their lines here, so only names of fields count.
  if (indexOfAssignedSecret(plain, deepest) !== undefined) return true;
  for (const text of [texts.join("\n"), ...wholeTexts(row)]) {
    if ((await lineOfSecret(text)) !== undefined) return true;
  }
  return false;
}

/** The texts that the fields of `row` are parts of. */
function wholeTexts(row: object): string[] {
  const fields = new Map(
    Object.entries(row).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
  const textsOf = (names: readonly string[]): string[] => {
    const held = names.filter((name) => fields.has(name));
    return held.length > 0 ? held.map((name) => fields.get(name)!) : [""];
  };
  return textsOf(heads).flatMap((head) =>
    textsOf(middles).flatMap((middle) => textsOf(tails).map((tail) => head + middle + tail)),
  );
}
