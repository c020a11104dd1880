/**
 * Token sequences on disk, appended one by one and read by index, so that memory does not grow with the data. The files
 * live as long as one training and are of no use to another. It knows neither texts nor models.
 */

import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { writeFailure } from "../foundation/atomicFile.ts";
import type { Sequence, Sequences } from "./sequence.ts";

export interface TokenFile extends Sequences {
  add(sequence: Sequence): void;
  /** Of both sides. */
  readonly tokens: number;
  /** Of the longest sequence: its own tokens, and those that an encoder reads, 0 without one. */
  readonly longest: { readonly own: number; readonly read: number };
  /** Tells data apart: "120 sequences, 4f1c0a9b". */
  description(): string;
  /** Closes and removes the files. */
  release(): void;
}

/** Numbers that are kept until they are written at once. */
const buffered = 1 << 16;

/**
 * Creates NAME.tokens and NAME.index at `path`, over what a killed training may have left there.
 *
 *     .tokens  int32:   first target, tokens read (-1: no encoder), what is read, own tokens │ …
 *     .index   float64: where each sequence begins, and behind the last where it ends
 *
 * @throws UserError "disk-full" or "not-writable", here and by `add`
 */
export function createTokenFile(path: string): TokenFile {
  const paths = { tokens: `${path}.tokens`, index: `${path}.index` };
  const tokenFile = openFile(paths.tokens);
  const indexFile = openFile(paths.index);
  const hash = createHash("sha256");
  const longest = { own: 0, read: 0 };
  let [length, tokens, end] = [0, 0, 0];
  let newTokens: number[] = [];
  let newEnds: number[] = [0];

  const flush = (): void => {
    const bytes = Int32Array.from(newTokens);
    hash.update(bytes);
    try {
      writeFileSync(tokenFile, bytes);
      writeFileSync(indexFile, Float64Array.from(newEnds));
    } catch (error) {
      throw writeFailure(error, paths.tokens);
    }
    [newTokens, newEnds] = [[], []];
  };

  return {
    get length() {
      return length;
    },
    get tokens() {
      return tokens;
    },
    longest,
    add({ ids, firstTarget, encoderIds }) {
      newTokens.push(firstTarget, encoderIds?.length ?? -1);
      for (const id of encoderIds ?? []) newTokens.push(id);
      for (const id of ids) newTokens.push(id);
      const read = encoderIds?.length ?? 0;
      end += 2 + read + ids.length;
      newEnds.push(end);
      length++;
      tokens += read + ids.length;
      longest.own = Math.max(longest.own, ids.length);
      longest.read = Math.max(longest.read, read);
      if (newTokens.length + newEnds.length >= buffered) flush();
    },
    at(index) {
      if (index < 0 || index >= length) return undefined;
      if (newEnds.length > 0) flush();
      const [from, to] = read(indexFile, new Float64Array(2), index);
      const [firstTarget, encoderLength, ...all] = read(tokenFile, new Int32Array(to! - from!), from!);
      const ids = encoderLength! < 0 ? all : all.slice(encoderLength);
      return {
        ids,
        firstTarget: firstTarget!,
        ...(encoderLength! >= 0 && { encoderIds: all.slice(0, encoderLength) }),
      };
    },
    description() {
      if (newEnds.length > 0) flush();
      return `${length} sequences, ${hash.copy().digest("hex").slice(0, 8)}`;
    },
    release() {
      for (const file of [tokenFile, indexFile]) closeSync(file);
      for (const name of Object.values(paths)) rmSync(name, { force: true });
    },
  };
}

function openFile(path: string): number {
  try {
    return openSync(path, "w+");
  } catch (error) {
    throw writeFailure(error, path);
  }
}

/** Fills `into` from the file, from the item `start` on. */
function read<T extends Int32Array | Float64Array>(file: number, into: T, start: number): T {
  readSync(file, into, 0, into.byteLength, start * into.BYTES_PER_ELEMENT);
  return into;
}
