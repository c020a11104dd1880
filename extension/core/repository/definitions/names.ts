/** The names around the cursor, nearest first. */

export interface Name {
  /** The parts of a dotted name: ["self", "log", "warning"]. */
  readonly parts: readonly string[];
  /** Characters between it and the cursor. */
  readonly distance: number;
}

const reach = { before: 2400, after: 800 };
const dotted = /(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/g;

export function namesAround(prefix: string, suffix: string): Name[] {
  const [before, after] = [prefix.slice(-reach.before), suffix.slice(0, reach.after)];
  const names = new Map<string, Name>();
  const add = (name: string, distance: number): void => {
    const known = names.get(name);
    if (!known || known.distance > distance) names.set(name, { parts: name.split("."), distance });
  };
  for (const { 0: name, index } of before.matchAll(dotted)) add(name, before.length - index - name.length);
  // The text after the cursor says less about what is needed here.
  for (const { 0: name, index } of after.matchAll(dotted)) add(name, 2 * index + 200);
  return [...names.values()].toSorted((a, b) => a.distance - b.distance);
}

/** Returns the names of the bases of the class around the cursor, from its header. */
export function enclosingBases(prefix: string): string[] {
  const line = prefix.slice(prefix.lastIndexOf("\n") + 1);
  let indent = line.length - line.trimStart().length;
  if (indent === 0) return [];
  const lines = prefix.split("\n");
  for (let row = lines.length - 2; row >= 0; row--) {
    const above = lines[row]!;
    const text = above.trimStart();
    const own = above.length - text.length;
    if (text === "" || own >= indent) continue;
    const found = /^class\s+\w+\s*(?:\(([^)]*)\)?)?/.exec([text, ...lines.slice(row + 1, row + 6)].join("\n"));
    if (found) return (found[1] ?? "").split(",").flatMap((base) => /^\s*([\w.]+)\s*(?:\[|$)/.exec(base)?.[1] ?? []);
    if (own === 0) return [];
    indent = own;
  }
  return [];
}

/** Returns the name of a variable's type: from an annotation, or from the call that creates its value. */
export function typeOf(variable: string, prefix: string): string | undefined {
  const pattern = new RegExp(`\\b${variable}\\s*(?::\\s*"?([\\w.]+)|=\\s*([\\w.]+)\\()`, "g");
  let type: string | undefined;
  for (const [, annotated, called] of prefix.matchAll(pattern)) type = annotated ?? called;
  return type;
}
