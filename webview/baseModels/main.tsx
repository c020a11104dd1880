/** The panel of base models: installed bases, the running import, and the bases on the hub. */

import { useRef, useState } from "preact/hooks";
import type { BasesState, FromBases, ToBases } from "../protocol/baseModels.ts";
import { Button } from "../shared/button.tsx";
import { useKeptFocus } from "../shared/focus.ts";
import { connectToHost } from "../shared/host.ts";
import { t } from "../shared/l10n.ts";
import { showPage, useMessages } from "../shared/page.tsx";
import { Import } from "./import.tsx";
import { InstalledBases } from "./installedBases.tsx";
import { OfferedBases } from "./offeredBases.tsx";
// oxlint-disable-next-line import/no-unassigned-import -- The build writes the style sheet beside the script.
import "./bases.css";

const host = connectToHost<FromBases, ToBases, never>();

function BasesPage() {
  const [state, setState] = useState<BasesState>({
    survey: undefined,
    problem: undefined,
    inUse: undefined,
    importing: undefined,
    notImported: undefined,
  });
  const page = useRef<HTMLElement>(null);
  useMessages(host, (message: ToBases) => setState(message.state));
  useKeptFocus(() => page.current?.querySelector<HTMLElement>(state.importing ? ".import button" : ":scope > button"));
  return (
    <main ref={page} aria-label={t("Base models")}>
      <div class="part">
        <h2>{t("On this machine")}</h2>
        <div class="list">
          <InstalledBases state={state} post={host.post} />
        </div>
      </div>
      <Import state={state.importing} post={host.post} />
      <div class="part">
        <h2>{t("On the Hugging Face hub")}</h2>
        <div class="list">
          <OfferedBases state={state} post={host.post} />
        </div>
      </div>
      <Button onClick={() => host.post({ type: "add" })}>{t("Another model or folder…")}</Button>
    </main>
  );
}

showPage(<BasesPage />);
