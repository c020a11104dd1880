/**
 * Stores token sequences on disk. They are appended one by one and read by index, so that memory does not grow with the data.
 * The files belong to one training, which reads them again when it resumes.
 */

import { createHash } from "node:crypto";
import { closeSync, fstatSync, fsyncSync, openSync, readSync, rmSync, statSync, writeFileSync } from "node:fs";
import { writeFailure } from "../foundation/atomicFile.ts";
import { UserError } from "../foundation/errors.ts";
import { say } from "../foundation/words/said.ts";
import { areIntact, headerLength, type ExpectedTokens, type TokenFacts } from "./tokenCheck.ts";
import type { Sequence, Sequences } from "./sequence.ts";

export interface TokenFile extends Sequences, TokenFacts {
  /** Closes the files without removing them. */
  close(): void;
}

export interface NewTokenFile extends TokenFile {
  add(sequence: Sequence): void;
  /** Returns a short identification of the data, such as "120 sequences, 4f1c0a9b". */
  description(): string;
  /** Writes everything to disk. */
  flush(): void;
  /** Closes and removes the files. */
  release(): void;
}

/** The units of a weight of 1. Weights are stored as whole numbers of units. */
const weightUnits = 1000;
/** Numbers to buffer before writing. */
const buffered = 1 << 16;

/**
 * Creates NAME.tokens and NAME.index at `path`. Overwrites files that a killed training may have left there.
 *
 *     .tokens  int32:   first target, number of encoder tokens (-1: no encoder), number of weights (0: all are 1),
 *                       encoder tokens, own tokens, weights in thousandths │ …
 *     .index   float64: start of each sequence in .tokens, then the end of the last one
 *
 * @throws UserError "disk-full" or "not-writable", here and in `add`
 */
export function createTokenFile(path: string, drawings = 1): NewTokenFile {
  const paths = pathsOf(path);
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
  const close = (): void => [tokenFile, indexFile].forEach((file) => closeSync(file));

  return {
    drawings,
    get length() {
      return length;
    },
    get tokens() {
      return tokens;
    },
    longest,
    add({ ids, firstTarget, encoderIds, weights = [] }) {
      newTokens.push(firstTarget, encoderIds?.length ?? -1, weights.length);
      for (const id of encoderIds ?? []) newTokens.push(id);
      for (const id of ids) newTokens.push(id);
      for (const weight of weights) newTokens.push(Math.round(weight * weightUnits));
      const read = encoderIds?.length ?? 0;
      end += headerLength + read + ids.length + weights.length;
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
      return sequenceAt(tokenFile, indexFile, index);
    },
    description() {
      if (newEnds.length > 0) flush();
      return `${length} sequences, ${hash.copy().digest("hex").slice(0, 8)}`;
    },
    flush() {
      if (newEnds.length > 0) flush();
      try {
        for (const file of [tokenFile, indexFile]) fsyncSync(file);
      } catch (error) {
        throw writeFailure(error, paths.tokens);
      }
    },
    close,
    release() {
      close();
      for (const name of Object.values(paths)) rmSync(name, { force: true });
    },
  };
}

/**
 * Opens the files that an earlier process wrote at `path`.
 *
 * @throws UserError "tokens-damaged" if files are missing or have changed
 */
export function openTokenFile(path: string, facts: TokenFacts, expected: ExpectedTokens): TokenFile {
  const { length, tokens, longest, drawings = 1 } = facts;
  const paths = pathsOf(path);
  const [tokenFile, indexFile] = [openKept(paths.tokens), openKept(paths.index)];
  const close = (): void => [tokenFile, indexFile].forEach((file) => closeSync(file));
  const hasIndex = fstatSync(indexFile).size === (length + 1) * Float64Array.BYTES_PER_ELEMENT;
  const ends = hasIndex ? read(indexFile, new Float64Array(length + 1), 0) : undefined;
  const isWhole = ends?.[0] === 0 && fstatSync(tokenFile).size === ends[length]! * Int32Array.BYTES_PER_ELEMENT;
  if (!isWhole || !areIntact(tokenFile, ends, facts, expected)) {
    close();
    throw damaged(path);
  }
  return {
    length,
    drawings,
    tokens,
    longest,
    at: (index) => (index < 0 || index >= length ? undefined : sequenceAt(tokenFile, indexFile, index)),
    close,
  };
}

function pathsOf(path: string): { tokens: string; index: string } {
  return { tokens: `${path}.tokens`, index: `${path}.index` };
}

function damaged(path: string, cause?: unknown): UserError {
  const message = say`Cannot resume: the token files ${path} are missing or damaged.`;
  return new UserError("tokens-damaged", message, say`Discard this training and start a new one.`, { cause });
}

function openKept(path: string): number {
  try {
    if (!statSync(path).isFile()) throw damaged(path);
    return openSync(path, "r");
  } catch (error) {
    throw damaged(path, error);
  }
}

function sequenceAt(tokenFile: number, indexFile: number, index: number): Sequence {
  const [from, to] = read(indexFile, new Float64Array(2), index);
  const [firstTarget, encoderLength, weighted, ...all] = read(tokenFile, new Int32Array(to! - from!), from!);
  const idsEnd = all.length - weighted!;
  return {
    ids: all.slice(Math.max(0, encoderLength!), idsEnd),
    firstTarget: firstTarget!,
    ...(encoderLength! >= 0 && { encoderIds: all.slice(0, encoderLength) }),
    ...(weighted! > 0 && { weights: all.slice(idsEnd).map((weight) => weight / weightUnits) }),
  };
}

function openFile(path: string): number {
  try {
    return openSync(path, "w+");
  } catch (error) {
    throw writeFailure(error, path);
  }
}

/** Fills `into` with the file's items from index `start` on. */
function read<T extends Int32Array | Float64Array>(file: number, into: T, start: number): T {
  readSync(file, into, 0, into.byteLength, start * into.BYTES_PER_ELEMENT);
  return into;
}
