/** Finds what a Python text imports. Uses patterns, because the text at the cursor often does not parse. */

export interface Imports {
  /** The names in the text that refer to a module or to a name in one: "a.b" for `import a.b`. */
  readonly names: ReadonlyMap<string, Imported>;
  /** Modules whose names are all imported. */
  readonly stars: readonly string[];
}

export interface Imported {
  /** Leading dots count the folders upwards, as in Python. */
  readonly module: string;
  /** A name in the module; undefined for the module itself. */
  readonly name: string | undefined;
}

// Written so that no text takes more than linear time: the parts exclude one another, and an unclosed list ends where the next one opens.
const fromImport = /^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+(\((?:[^()#]|#[^\n]*\n)*\)|(?:[^\n\\]|\\\n)*)/gm;
const plainImport = /^[ \t]*import[ \t]+((?:[^\n\\]|\\\n)*)/gm;
const item = /^([\w.]+)(?:\s+as\s+(\w+))?$/;

export function importsOf(text: string): Imports {
  const names = new Map<string, Imported>();
  const stars: string[] = [];
  for (const [, module = "", list = ""] of text.matchAll(fromImport)) {
    for (const { name, alias } of itemsOf(list)) names.set(alias ?? name, { module, name });
    if (list.trim() === "*") stars.push(module);
  }
  for (const [, list = ""] of text.matchAll(plainImport)) {
    for (const { name, alias } of itemsOf(list)) names.set(alias ?? name, { module: name, name: undefined });
  }
  return { names, stars };
}

function itemsOf(list: string): { name: string; alias: string | undefined }[] {
  const bare = list.replaceAll(/#[^\n]*/g, "").replaceAll(/[()\\]/g, " ");
  return bare.split(",").flatMap((one) => {
    const [, name, alias] = item.exec(one.trim()) ?? [];
    return name === undefined ? [] : [{ name, alias }];
  });
}
