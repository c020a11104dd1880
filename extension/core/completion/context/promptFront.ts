/**
 * The tokens in front of a prompt's prefix: parts of other files, each after its path, and the path of the file itself, in the
 * repository format of the model's family. The same context gives the same tokens, so that their KV cache stays valid.
 */

import type { Snippet } from "../../repository/repositoryQuery.ts";
import type { RepositoryMarkers } from "../../tokenizer/fillInTheMiddle.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";

export interface FrontText {
  /** The path of the file. */
  readonly path?: string | undefined;
  readonly repositoryName?: string | undefined;
  /** Parts of other files, in the order of the prompt. If there is not enough room, the first ones are left out. */
  readonly context?: readonly Snippet[] | undefined;
}

export interface PromptFront {
  /** The tokens in front of the markers of the hole. */
  readonly outside: readonly number[];
  /** The tokens directly in front of the prefix. */
  readonly inside: readonly number[];
  /** The tokens that parts of other files take. */
  readonly contextLength: number;
}

/** The number of path segments in the prompt: the end of a path says what a file is about. */
const pathSegments = 3;
/** The path's limit in tokens. */
const longestPath = 32;
/** If less than this remains of a part, in tokens, it is left out. */
const shortestPart = 24;

/**
 * Returns a function that encodes fronts, and remembers the last context.
 *
 * @param budget the most tokens of other files
 */
export function promptFronts(tokenizer: Tokenizer, budget: number): (text: FrontText) => PromptFront {
  let known: { readonly context: string; readonly ids: readonly number[] } = { context: "", ids: [] };

  const contextIds = (context: readonly Snippet[]): readonly number[] => {
    const key = JSON.stringify(context);
    if (key !== known.context) known = { context: key, ids: encodedContext(tokenizer, context, budget) };
    return known.ids;
  };

  return ({ path, repositoryName, context = [] }) => {
    const markers = tokenizer.fillInTheMiddle;
    const others = context.length > 0 && budget > 0 ? contextIds(context) : [];
    const contextLength = others.length;
    if (others.length === 0) {
      const separator = markers?.fileSeparator;
      return {
        outside: separator === undefined || !path ? [] : withPath(tokenizer, separator, path),
        inside: [],
        contextLength,
      };
    }
    const own = path ?? "";
    if (!markers?.repository) {
      return { outside: [], inside: [...others, ...tokenizer.encode(pathComment(own), "inside")], contextLength };
    }
    const { fileSeparator, name, isPathInside } = markers.repository;
    const first = name !== undefined && repositoryName ? [name, ...tokenizer.encode(`${repositoryName}\n`)] : [];
    if (!isPathInside) {
      return { outside: [...first, ...others, ...withPath(tokenizer, fileSeparator, own)], inside: [], contextLength };
    }
    return { outside: [...first, ...others, fileSeparator], inside: pathIds(tokenizer, own), contextLength };
  };
}

/** Returns the end of a path that a prompt shows. */
function pathEnd(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).slice(-pathSegments).join("/");
}

/** Encodes as many parts as the budget allows, from the last one on; the part that does not fit loses its end. */
function encodedContext(tokenizer: Tokenizer, context: readonly Snippet[], budget: number): number[] {
  const markers = tokenizer.fillInTheMiddle?.repository;
  const parts: (readonly number[])[] = [];
  let room = budget;
  for (const { path, text } of context.toReversed()) {
    const whole = encodedPart(tokenizer, markers, { path, text: text.endsWith("\n") ? text : `${text}\n` });
    if (whole.length > room && room < shortestPart) break;
    const part = whole.length > room ? cutPart(tokenizer, whole, room) : whole;
    parts.unshift(part);
    if (part !== whole) break;
    room -= part.length;
  }
  return parts.flat();
}

function encodedPart(tokenizer: Tokenizer, markers: RepositoryMarkers | undefined, { path, text }: Snippet): number[] {
  if (!markers) return tokenizer.encode(`${pathComment(path)}${text}\n`, "inside");
  return [...withPath(tokenizer, markers.fileSeparator, path), ...tokenizer.encode(text)];
}

/** Cuts at the end of a line, if there is one. */
function cutPart(tokenizer: Tokenizer, part: readonly number[], room: number): readonly number[] {
  for (let end = room; end > shortestPart; end--) {
    if (tokenizer.decode(part.slice(end - 1, end), "inside").endsWith("\n")) return part.slice(0, end);
  }
  return part.slice(0, room);
}

function withPath(tokenizer: Tokenizer, separator: number, path: string): number[] {
  return [separator, ...pathIds(tokenizer, path)];
}

function pathIds(tokenizer: Tokenizer, path: string): number[] {
  return tokenizer.encode(`${pathEnd(path)}\n`).slice(-longestPath);
}

function pathComment(path: string): string {
  return `# Path: ${pathEnd(path)}\n`;
}
