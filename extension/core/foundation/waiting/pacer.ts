/**
 * Decides when a training in an editor waits: while the user types, and on battery power.
 *
 * Knows neither the editor nor the training; whoever has both tells what happens, and asks.
 */

export const paces = ["gentle", "full"] as const;
/** Whether a training waits for the user, or never. */
export type Pace = (typeof paces)[number];

/** Why a training waits. */
export type Wait = "typing" | "battery";

export interface Pacer {
  /** Undefined if the training may go on. */
  readonly wait: Wait | undefined;
  /** The user typed, or a completion was asked for or answered. */
  readonly typed: () => void;
  /** Power comes from a battery from now on, or from the mains. */
  readonly powered: (byBattery: boolean) => void;
  /** Another pace. Also takes back `ignoreBattery`. */
  choose(pace: Pace): void;
  /** The user wants the training on battery power, too. */
  readonly ignoreBattery: () => void;
  dispose(): void;
}

/**
 * Milliseconds without a keystroke after which a training goes on. Research on writing divides it into bursts by pauses of two
 * seconds: within a burst, the next keystroke is near.
 */
export const quiet = 2000;
/** Milliseconds after which text that changes without such a pause comes from a program, for which no training waits. */
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
