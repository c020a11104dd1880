/** Offers to download CodeAlpacaPy, whose licence does not allow Graft to ship it. */

import type { PaperDataState } from "../../protocol/paperData.ts";
import { Button } from "../button.tsx";
import { t } from "../l10n.ts";

export interface CodeAlpacaPyOfferProps {
  /** Undefined until it is known. */
  paperData: PaperDataState | undefined;
  onGet: () => void;
}

export function CodeAlpacaPyOffer({ paperData, onGet }: CodeAlpacaPyOfferProps) {
  if (paperData === undefined || paperData.codealpacapy === "here") return null;
  const isComing = paperData.codealpacapy === "coming";
  return (
    <div class="chooser">
      <Button disabled={isComing} onClick={onGet}>
        {t("Get CodeAlpacaPy…")}
      </Button>
      <span class="note" aria-live="polite">
        {isComing
          ? t("Downloading CodeAlpacaPy…")
          : t("Not on this machine yet: its licence, CC BY-NC 4.0, is for non-commercial use.")}
      </span>
    </div>
  );
}
