/** Decides when an adapter that is kept fresh learns again: files have changed, the user is idle, and the last refresh is a while ago. */

/** Milliseconds. */
const [rest, between] = [5 * 60_000, 60 * 60_000];

export interface RefreshClock {
  readonly isDue: boolean;
  readonly typed: () => void;
  /** Files were written, by the user or by git. */
  readonly changed: () => void;
  /** A refresh begins, or was tried in vain: there was nothing new, or another window is refreshing. */
  readonly tried: () => void;
}

/** @param now milliseconds, for tests. At first, files count as changed, because they were not watched before this window opened. */
export function createRefreshClock(now: () => number = Date.now): RefreshClock {
  let hasChanged = true;
  let [typedAt, triedAt] = [now(), -Infinity];
  return {
    get isDue() {
      return hasChanged && now() - typedAt >= rest && now() - triedAt >= between;
    },
    typed() {
      typedAt = now();
    },
    changed() {
      hasChanged = true;
    },
    tried() {
      triedAt = now();
      hasChanged = false;
    },
  };
}
