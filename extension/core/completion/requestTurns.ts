/** The order of requests to a completer: one after the other. A preparation ends as soon as another request arrives. */

import pLimit from "p-limit";

export interface RequestTurns {
  /** Runs after the earlier requests, and ends the preparation in progress. A failed request does not block the next. */
  request<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Runs after the earlier requests. The signal that `work` receives is aborted once a later request arrives.
   *
   * @throws AbortError once `signal` is aborted
   */
  prepare<T>(work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export function requestTurns(): RequestTurns {
  const inTurn = pLimit(1);
  let interruption = new AbortController();
  return {
    request: (work) => {
      interruption.abort();
      return inTurn(work);
    },
    prepare: (work, signal) => {
      interruption.abort();
      interruption = new AbortController();
      const interrupted = interruption.signal;
      return inTurn(async () => {
        signal?.throwIfAborted();
        const result = await work(signal ? AbortSignal.any([signal, interrupted]) : interrupted);
        signal?.throwIfAborted();
        return result;
      });
    },
  };
}
