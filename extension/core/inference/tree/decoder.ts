/** One sequence of tokens in a token tree, for logits and measurements. It does not choose tokens. */

import type { ActiveAdapter } from "../../adapters/servingSlots.ts";
import { internalError, isCancelled } from "../../foundation/errors.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { openTokenTree, type TokenTreeOptions } from "./openTokenTree.ts";
import { descend, tokensTo, type TokenNode } from "./tokenNode.ts";
import type { Span, TokenTree } from "./tokenTree.ts";

export interface Decoder {
  readonly vocabularySize: number;
  /** Whether an encoder reads the prompt. If so, the prompt is not part of the sequence, and has a context of its own. */
  readonly hasEncoder: boolean;
  /** The maximum length of the sequence, in tokens. */
  readonly contextLength: number;
  /** The sequence so far, without the prompt if an encoder reads it. */
  readonly tokens: readonly number[];
  /**
   * Starts a sequence with `prompt` (at least one token), reading as few new tokens as possible, and returns the logits
   * [vocabulary] after it.
   *
   * @throws the errors of {@link extend}
   */
  begin(prompt: readonly number[], signal?: AbortSignal): Promise<Float32Array>;
  /**
   * Appends `ids` (at least one) and returns the logits [vocabulary] that follow the last.
   *
   * @throws AbortError between pieces once `signal` is aborted; the tokens of finished pieces stay.
   * @throws UserError "context-full" if the sequence would outgrow the context.
   */
  extend(ids: readonly number[], signal?: AbortSignal): Promise<Float32Array>;
  /** Does the same as {@link extend}, but returns the logits of every appended position, [ids, vocabulary]. */
  extendAll(ids: readonly number[], signal?: AbortSignal): Promise<Float32Array>;
  /** Forgets all but the first `length` tokens. */
  rewind(length: number): void;
  /** Switches to these adapters, which must fit the base. Clears the sequence, which was computed with the previous ones. */
  useAdapters(active: readonly ActiveAdapter[]): void;
  release(): Promise<void>;
}

export async function openDecoder(base: InstalledBase, options: TokenTreeOptions = {}): Promise<Decoder> {
  return decoderOver(await openTokenTree(base, options));
}

/**
 * Returns a decoder over a tree. Nothing else may read in the tree between two calls of one sequence; {@link
 * Decoder.begin} works after any other reading.
 */
export function decoderOver(tree: TokenTree): Decoder {
  /** Undefined before anything is read. */
  let last: TokenNode | undefined;

  const read = async (span: Span, signal: AbortSignal | undefined): Promise<Float32Array> => {
    try {
      const { leaves, logits } = await tree.read([span], { signal });
      last = leaves[0]!;
      return logits;
    } catch (error) {
      if (isCancelled(error)) last = descend(span.parent, span.ids);
      throw error;
    }
  };
  const append = async (ids: readonly number[], asked: number, signal?: AbortSignal): Promise<Float32Array> => {
    if (!last && tree.hasEncoder) throw internalError("cannot extend a sequence before a prompt is read");
    const parent = last ?? (await tree.addPrompt([])).parent;
    return await read({ parent, ids, asked }, signal);
  };

  return {
    vocabularySize: tree.vocabularySize,
    hasEncoder: tree.hasEncoder,
    get contextLength() {
      return tree.contextLength;
    },
    get tokens() {
      return last ? tokensTo(last) : [];
    },
    begin: async (prompt, signal) => {
      signal?.throwIfAborted();
      return await read(await tree.addPrompt(prompt), signal);
    },
    extend: (ids, signal) => append(ids, 1, signal),
    extendAll: (ids, signal) => append(ids, ids.length, signal),
    rewind: (length) => {
      for (let extra = last ? tokensTo(last).length - length : 0; extra > 0; extra--) last = last!.parent!;
    },
    useAdapters: (active) => {
      tree.useAdapters(active);
      last = undefined;
    },
    release: () => tree.release(),
  };
}
