/** Gets the completions of this window from earlier answers or from the engine, and asks ahead of the user. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Completion } from "../../core/completion/result/completion.ts";
import type { CompletionRequest } from "../../core/completion/completionRequest.ts";
import { rememberAnswers } from "../../core/completion/judgement/answers.ts";
import { cursorsAhead } from "../../core/completion/judgement/cursorsAhead.ts";
import type { Cursor } from "../../core/completion/stop.ts";
import type { Engine } from "./engine.ts";

/** A request without the cursor's texts. */
export type Frame = Omit<CompletionRequest, "prefix" | "suffix">;

/** Returns the frame of a question at another cursor. */
export type FrameAt = (cursor: Cursor, signal: AbortSignal) => Promise<Frame>;

export interface Asking {
  /** Sets the root folder of the questions that follow. Forgets the answers from another one. */
  enter(folder: string): void;
  /** Returns a completion that is known without the engine. */
  known(cursor: Cursor, frame: Frame): Completion | undefined;
  /** Asks the engine. Undefined if the request was cancelled or failed. */
  ask(cursor: Cursor, frame: Frame, signal: AbortSignal): Promise<Completion | undefined>;
  /** Returns completions of the line other than `text`, as far as they are found in time. */
  alternatives(cursor: Cursor, frame: Frame, text: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Asks for the next suggestion while the user reads this one. Every other question ends this. */
  askAhead(cursor: Cursor, frameAt: FrameAt, text: string, indent: string): Promise<void>;
  /** Cancels what was asked ahead. */
  readonly giveUp: () => void;
  /** Forgets all answers, for example because the adapter changes. */
  readonly clear: () => void;
}

/** Whether the index did not answer in time. It may know more when the user comes back. */
export function isLate({ context, copies }: Pick<Frame, "context" | "copies">): boolean {
  return context !== undefined && copies === undefined;
}

/** Milliseconds before asking ahead. A suggestion that is replaced sooner was not read. */
const pauseBeforeAhead = 250;
/** The most milliseconds that alternatives may take, and how they are searched for. */
const alternativesLimit = 700;
const alternativeSearch = { beams: 4, maxTokens: 32, multiline: "never" } as const;

export function openAsking(engine: Pick<Engine, "complete">): Asking {
  const answers = rememberAnswers();
  let ahead = new AbortController();
  /** Counts how often answers were forgotten, so that an answer to an earlier question is not kept. */
  let epoch = 0;
  let entered = "";
  const kindOf = ({ maxTokens, multiline }: Frame): string => `${maxTokens} ${multiline}`;
  const giveUp = (): void => ahead.abort();

  const remembered: (
    cursor: Cursor,
    frame: Frame,
    answer: Promise<Completion | undefined>,
  ) => Promise<Completion | undefined> = async (cursor, frame, answer) => {
    const askedIn = epoch;
    const completion = await answer;
    if (completion && epoch === askedIn && !isLate(frame)) answers.remember(cursor, kindOf(frame), completion);
    return completion;
  };

  const ask: Asking["ask"] = async (cursor, frame, signal) => {
    giveUp();
    return remembered(cursor, frame, engine.complete({ ...frame, ...cursor }, signal));
  };

  const clear = (): void => {
    epoch++;
    answers.clear();
  };

  return {
    enter: (folder) => {
      if (folder !== entered) clear();
      entered = folder;
    },
    known: (cursor, frame) => {
      giveUp();
      return answers.find(cursor, kindOf(frame));
    },
    ask,
    alternatives: async (cursor, frame, text, signal) => {
      const limit = new AbortController();
      const request = { ...frame, ...alternativeSearch, ...cursor };
      const found = await Promise.race([
        engine.complete(request, AbortSignal.any([signal, limit.signal])),
        sleep(alternativesLimit).then(() => limit.abort()),
      ]);
      return (found?.candidates ?? []).map((candidate) => candidate.text).filter((other) => other !== text);
    },
    askAhead: async (cursor, frameAt, text, indent) => {
      const { signal } = (ahead = new AbortController());
      try {
        await sleep(pauseBeforeAhead, undefined, { signal });
      } catch {
        return;
      }
      for (const next of cursorsAhead(cursor, text, indent)) {
        const frame = await frameAt(next, signal);
        if (signal.aborted) return;
        if (answers.find(next, kindOf(frame))) continue;
        await remembered(next, frame, engine.complete({ ...frame, ...next, trigger: "automatic" }, signal));
      }
    },
    giveUp,
    clear,
  };
}
