/**
 * The places where the files of a segment define names: functions, classes and variables at the left margin, and the members of
 * such classes. They are found line by line, which is a hundred times faster than parsing; readDefinition.ts parses the few that
 * are needed.
 */

import { hashOf } from "../nameHash.ts";

export interface Outline {
  /** Places where definitions start, decorators included, in order. */
  readonly places: Uint32Array;
  /** The hash of the name of each. */
  readonly names: Uint32Array;
  /** The index of the class that each is a member of; -1 at the left margin. */
  readonly owners: Int32Array;
  /** The indices, in the order of the hashes. */
  readonly byName: Uint32Array;
}

export interface OutlineBuilder {
  /** `text` has one character for each byte; `start` is its place in the segment. */
  add(text: string, start: number): void;
  close(): Outline;
}

const definition = /^([ \t]*)(?:async[ \t]+def|def|class)[ \t]+([\w\x80-\xff]+)/;
const variable = /^([A-Za-z_\x80-\xff][\w\x80-\xff]*)[ \t]*(?::[^=]*)?=(?!=)/;

export function openOutline(): OutlineBuilder {
  const places: number[] = [];
  const names: number[] = [];
  const owners: number[] = [];
  return {
    add(text, start) {
      let [owner, memberIndent, decorated] = [-1, "", -1];
      const push = (name: string, place: number, of: number): void => {
        places.push(start + place);
        names.push(hashOf(name));
        owners.push(of);
      };
      for (let place = 0, next = 0; place < text.length; place = next) {
        const found = text.indexOf("\n", place);
        next = found < 0 ? text.length : found + 1;
        const code = text.charCodeAt(place);
        // Only two kinds of lines matter: those at the left margin, and the first line of a member.
        if (code === newline || code === hash) continue;
        const isIndented = code === space || code === tab;
        if (isIndented && owner < 0) continue;
        const line = text.slice(place, next);
        const [, indent = "", name] = definition.exec(line) ?? [];
        if (isIndented) {
          if (name === undefined || (memberIndent !== "" && indent !== memberIndent)) continue;
          memberIndent = indent;
          push(name, place, owner);
        } else if (code === at) {
          if (decorated < 0) decorated = place;
        } else if (name !== undefined) {
          push(name, decorated < 0 ? place : decorated, -1);
          [owner, memberIndent, decorated] = [line.startsWith("class") ? places.length - 1 : -1, "", -1];
        } else {
          const assigned = variable.exec(line)?.[1];
          if (assigned !== undefined) push(assigned, place, -1);
          if (!closing.includes(line[0]!)) [owner, decorated] = [-1, -1];
        }
      }
    },
    close() {
      const byName = Uint32Array.from(names.keys()).toSorted((a, b) => names[a]! - names[b]! || a - b);
      return {
        places: Uint32Array.from(places),
        names: Uint32Array.from(names),
        owners: Int32Array.from(owners),
        byName,
      };
    },
  };
}

const [newline, hash, space, tab, at] = [10, 35, 32, 9, 64];
const closing = ")]}\"'";

/** Returns the indices of the definitions of `name`, in the order of their places. */
export function definitionsOf({ names, byName }: Outline, name: string): Uint32Array {
  const wanted = hashOf(name);
  let [low, high] = [0, byName.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (names[byName[middle]!]! < wanted) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < byName.length && names[byName[end]!] === wanted) end++;
  return byName.subarray(low, end);
}

/** Returns where a definition ends at the latest: where the next one at the left margin starts, or the next member of its class. */
export function latestEnd({ places, owners }: Outline, index: number, fileEnd: number): number {
  for (let next = index + 1; next < places.length; next++) {
    if (places[next]! >= fileEnd) break;
    if (owners[next] === -1 || owners[next] === owners[index]) return places[next]!;
  }
  return fileEnd;
}
