/**
 * Carries AbortSignals and UserErrors over JSON-RPC, which has neither, by translating them on both sides of the border.
 *
 * Knows no particular message and no process.
 */

import {
  CancellationTokenSource,
  ErrorCodes,
  ResponseError,
  type CancellationToken,
  type MessageConnection,
  type RequestType,
} from "vscode-jsonrpc/node";
import * as z from "zod";
import { isCancelled, UserError, userErrorCodes } from "../core/foundation/errors.ts";
import { saidSchema } from "../core/foundation/words/saidSchema.ts";

/** The part of a failure that its message cannot carry. */
export interface ErrorData {
  /** What a UserError says, with its code; absent for a bug. */
  user?: z.input<typeof userSchema>;
  /** The other side's stack, for the log. */
  stack?: string;
}

const userSchema = z.object({ code: z.enum(userErrorCodes), message: saidSchema, nextStep: saidSchema });

/** RequestCancelled of the language server protocol; JSON-RPC itself has no code for it. */
const requestCancelled = -32800;

/**
 * Sends a request and waits for its answer.
 *
 * @throws the other side's UserError with its code and all that it says; the signal's reason once it is aborted; a plain
 * Error for a bug on the other side or a broken connection.
 */
export async function ask<P, R>(
  connection: MessageConnection,
  type: RequestType<P, R, ErrorData>,
  params: P,
  signal?: AbortSignal,
): Promise<R> {
  signal?.throwIfAborted();
  const source = new CancellationTokenSource();
  const cancel = (): void => source.cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    return await connection.sendRequest<R>(type.method, params, source.token);
  } catch (error) {
    signal?.throwIfAborted();
    throw arrived(error);
  } finally {
    signal?.removeEventListener("abort", cancel);
    source.dispose();
  }
}

/** Answers a kind of request. Every error of `handler` crosses the border whole. */
export function answer<P, R>(
  connection: MessageConnection,
  type: RequestType<P, R, ErrorData>,
  handler: (params: P, signal: AbortSignal) => Promise<R>,
): void {
  connection.onRequest<unknown, ErrorData>(type.method, async (params: P, token: CancellationToken) => {
    try {
      return await handler(params, signalOf(token));
    } catch (error) {
      return departing(error);
    }
  });
}

/** Waits for `promise` until the signal is aborted, and then throws its reason. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener("abort", onAbort);
  }
}

function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

function departing(error: unknown): ResponseError<ErrorData> {
  if (isCancelled(error)) return new ResponseError<ErrorData>(requestCancelled, "cancelled");
  if (error instanceof UserError) {
    const { code, message, said, stack } = error;
    return new ResponseError(ErrorCodes.InternalError, message, {
      user: { code, ...said },
      ...(stack && { stack }),
    });
  }
  if (!(error instanceof Error)) return new ResponseError<ErrorData>(ErrorCodes.InternalError, String(error));
  return new ResponseError(ErrorCodes.InternalError, error.message, error.stack ? { stack: error.stack } : {});
}

function arrived(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error;
  if (error.code === requestCancelled) return new DOMException("cancelled", "AbortError");
  const data = error.data as ErrorData | undefined;
  const user = userSchema.safeParse(data?.user).data;
  if (user) return new UserError(user.code, user.message, user.nextStep, { cause: error });
  const bug = new Error(error.message, { cause: error });
  if (data?.stack) bug.stack = data.stack;
  return bug;
}
