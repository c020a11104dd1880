/** The statistics view: shows the counts of this machine, the A/B comparison, and what can be done with them. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { FromStatistics, StatisticsState, ToStatistics } from "../protocol/statistics.ts";
import { Button } from "../shared/button.tsx";
import { Failure } from "../shared/failure.tsx";
import { useKeptFocus } from "../shared/focus.ts";
import { connectToHost } from "../shared/host.ts";
import { t } from "../shared/l10n.ts";
import { showPage, useMessages } from "../shared/page.tsx";
import { ComparisonForm, type ChosenArms } from "./comparisonForm.tsx";
import { ComparisonResult } from "./comparisonResult.tsx";
import { Overview } from "./overview.tsx";
// oxlint-disable-next-line import/no-unassigned-import -- The build writes the style sheet beside the script.
import "./statistics.css";

const host = connectToHost<FromStatistics, ToStatistics, ChosenArms>();

function StatisticsPage() {
  const [state, setState] = useState<StatisticsState>();
  const [chosen, choose] = useState(host.kept ?? {});
  useLayoutEffect(() => host.keep(chosen), [chosen]);
  const page = useRef<HTMLElement>(null);
  useMessages(host, (message: ToStatistics) => setState(message.state));
  const next = state?.isOn === false ? ".off button" : state?.comparison ? ".comparison button" : "#period";
  useKeptFocus(() => page.current?.querySelector<HTMLElement>(next));
  return (
    <main ref={page} aria-label={t("Statistics")}>
      {state && <Parts {...{ state, chosen, choose }} />}
    </main>
  );
}

interface PartsProps {
  state: StatisticsState;
  chosen: ChosenArms;
  choose: (chosen: ChosenArms) => void;
}

function Parts({ state, chosen, choose }: PartsProps) {
  const { isOn, statistics, period, problem, comparison, choices } = state;
  return (
    <>
      {problem && (
        <div>
          <Failure {...problem} />
          <Button onClick={() => host.post({ type: "showLog" })}>{t("Show log")}</Button>
        </div>
      )}
      {!isOn && (
        <div class="off">
          <p role="status">{t("Counting is off.")}</p>
          <Button onClick={() => host.post({ type: "turn", on: true })}>{t("Turn on")}</Button>
        </div>
      )}
      {statistics && <Overview statistics={statistics} period={period} post={host.post} />}
      {comparison && <ComparisonResult comparison={comparison} post={host.post} />}
      {isOn && (!comparison || comparison.hasEnded) && (
        <ComparisonForm {...{ choices, chosen, choose }} post={host.post} />
      )}
      <div class="foot">
        <div class="actions">
          <Button onClick={() => host.post({ type: "export" })}>{t("Export…")}</Button>
          <Button onClick={() => host.post({ type: "clear" })}>{t("Clear…")}</Button>
          {isOn && <Button onClick={() => host.post({ type: "turn", on: false })}>{t("Turn off")}</Button>}
        </div>
        <p class="note">{t("Counts, lengths and times on this machine. None of your code, and nothing is sent.")}</p>
      </div>
    </>
  );
}

showPage(<StatisticsPage />);
