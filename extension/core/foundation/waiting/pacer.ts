/**
 * Decides when a training in an editor waits: while the user types, and on battery power.
 *
 * Independent of the editor and the training: the caller, which knows both, reports what happens, and reads `wait`.
 */

export const paces = ["gentle", "full"] as const;
/** Whether a training waits for the user ("gentle") or never waits ("full"). */
export type Pace = (typeof paces)[number];

/** Why a training waits. */
export type Wait = "typing" | "battery";

export interface Pacer {
  /** Why the training waits; undefined if it may continue. */
  readonly wait: Wait | undefined;
  /** The user typed, or a completion was asked for or answered. */
  readonly typed: () => void;
  /** Power now comes from a battery, or from the mains. */
  readonly powered: (byBattery: boolean) => void;
  /** Changes the pace. Also undoes `ignoreBattery`. */
  choose(pace: Pace): void;
  /** The user wants the training on battery power, too. */
  readonly ignoreBattery: () => void;
  dispose(): void;
}

/**
 * Milliseconds without a keystroke after which a training continues. Research on writing divides it into bursts by pauses of two
 * seconds: within a burst, the next keystroke is near.
 */
export const quiet = 2000;
/** Milliseconds after which text that still changes without such a pause must come from a program, for which no training waits. */
export const longestBurst = 120_000;

/** @param onChange called when `wait` has changed */
export function createPacer(pace: Pace, onChange: () => void): Pacer {
  let burst: { readonly since: number; readonly end: NodeJS.Timeout } | undefined;
  let onBattery = false;
  let isBatteryIgnored = false;
  let wait: Wait | undefined;

  const update = (): void => {
    const isTyping = burst !== undefined && performance.now() - burst.since < longestBurst;
    const next = onBattery && !isBatteryIgnored ? "battery" : isTyping ? "typing" : undefined;
    const before = wait;
    wait = pace === "gentle" ? next : undefined;
    if (wait !== before) onChange();
  };

  return {
    get wait() {
      return wait;
    },
    typed() {
      clearTimeout(burst?.end);
      const end = setTimeout(() => {
        burst = undefined;
        update();
      }, quiet);
      burst = { since: burst?.since ?? performance.now(), end };
      update();
    },
    powered(byBattery) {
      onBattery = byBattery;
      update();
    },
    choose(next) {
      pace = next;
      isBatteryIgnored = false;
      update();
    },
    ignoreBattery() {
      isBatteryIgnored = true;
      update();
    },
    dispose: () => clearTimeout(burst?.end),
  };
}
