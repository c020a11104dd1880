/** The pace of the training that runs: watches the user, the power and the setting for it, and says when it has to wait. */

import * as vscode from "vscode";
import { onBattery, secondsBetween } from "../../../core/devices/onBattery.ts";
import { createPacer, type Wait } from "../../../core/foundation/waiting/pacer.ts";
import type { Hold } from "../../../engine/workApart.ts";
import type { Configuration } from "../../configuration.ts";
import type { Typing } from "./typing.ts";

export interface TrainingPace extends Hold, vscode.Disposable {
  /** Why the training waits now. Undefined while it computes, even if only up to the next place where it can wait. */
  readonly waits: Wait | undefined;
  /** Takes the report of the training's process: whether it now waits at such a place. */
  arrived(isWaiting: boolean): void;
  /** Continues this training on battery power. */
  ignoreBattery(): void;
  /** Sets whether the user has asked the training to stop. If so, it computes until it can stop. */
  hurry(isHurried: boolean): void;
}

export interface PaceOptions {
  configuration: Pick<Configuration, "get" | "onDidChange">;
  typing: Typing;
}

export function followPace({ configuration, typing }: PaceOptions): TrainingPace {
  const changed = new vscode.EventEmitter<void>();
  const pacer = createPacer(configuration.get("training.pace"), () => changed.fire());
  let [isHurried, isWaiting] = [false, false];
  let power: vscode.Disposable | undefined;

  const choose = (): void => {
    const pace = configuration.get("training.pace");
    power?.dispose();
    power = pace === "gentle" ? watchPower(pacer.powered) : undefined;
    pacer.choose(pace);
  };
  choose();
  const watching = vscode.Disposable.from(
    typing.follow(pacer.typed),
    configuration.onDidChange((keys) => keys.includes("training.pace") && choose()),
  );

  const held = (): Wait | undefined => (isHurried ? undefined : pacer.wait);
  return {
    get isHeld() {
      return held() !== undefined;
    },
    get waits() {
      return isWaiting ? held() : undefined;
    },
    onDidChange: changed.event,
    arrived(next) {
      isWaiting = next;
      changed.fire();
    },
    ignoreBattery: pacer.ignoreBattery,
    hurry(next) {
      if (next === isHurried) return;
      isHurried = next;
      changed.fire();
    },
    dispose() {
      watching.dispose();
      power?.dispose();
      pacer.dispose();
      changed.dispose();
    },
  };
}

/** Asks again and again, one question at a time, until it is disposed. */
function watchPower(tell: (byBattery: boolean) => void): vscode.Disposable {
  const seconds = secondsBetween(process);
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const ask = async (): Promise<void> => {
    const byBattery = await onBattery();
    if (isOver) return;
    tell(byBattery);
    timer = setTimeout(() => void ask(), 1000 * seconds);
  };
  void ask();
  return {
    dispose() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
