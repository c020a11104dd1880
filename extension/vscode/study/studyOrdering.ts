/** The order of an open study's runs as the user changes it, written into the study's file one change after the other. */

import pLimit from "p-limit";
import { readStudy, type Study } from "../../core/evaluation/study/studyFile.ts";
import { keysOf, movedRun, orderOf, writeOrder, type RunKey } from "../../core/evaluation/study/studyOrder.ts";
import type { StudyPlan } from "../../core/evaluation/study/studyPlan.ts";
import type { OpenStudy } from "../../../webview/protocol/study.ts";

export interface StudyOrdering {
  /** Reads the study, after the changes that are being written. */
  read(): Promise<Study>;
  /** Takes a plan of the study, and returns its order with the changes since the study was read. */
  adopt(plan: StudyPlan): readonly number[];
  /**
   * Moves a run of the adopted plan by this many places among those that can move, and reports the new order; then the old one again if the
   * new one cannot be written.
   *
   * @throws UserError "study-missing", "study-invalid", "disk-full", "not-writable"
   */
  move(shown: Pick<OpenStudy, "runs" | "order">, run: number, by: number, tell: Tell): Promise<void>;
}

type Tell = (order: readonly number[]) => void;

export function openStudyOrdering(path: string): StudyOrdering {
  const oneByOne = pLimit(1);
  let runs: StudyPlan["runs"] = [];
  let changed: readonly RunKey[] | undefined;
  return {
    read() {
      changed = undefined;
      return oneByOne(() => readStudy(path));
    },
    adopt(plan) {
      runs = plan.runs;
      return changed ? orderOf(runs, changed) : plan.order;
    },
    async move(shown, run, by, tell) {
      const moved = movedRun(shown.order, (each) => shown.runs[each]?.canMove === true, run, by);
      if (!moved) return;
      const keys = (changed = keysOf(runs, moved));
      tell(moved);
      try {
        await oneByOne(() => writeOrder(path, keys));
      } catch (error) {
        changed = undefined;
        tell(shown.order);
        throw error;
      }
    },
  };
}
