/** Shows the bases on the hub: first those that this machine can use, then the others, collapsed. */

import type { BasesState, FromBases, OfferedBaseCard } from "../protocol/baseModels.ts";
import { Button } from "../shared/button.tsx";
import { bytes, count } from "../shared/figures.ts";
import { t } from "../shared/l10n.ts";
import { Card, Fact, MemoryFact, Warning } from "./card.tsx";

type Post = (message: FromBases) => void;

export function OfferedBases({ state: { survey, importing }, post }: { state: BasesState; post: Post }) {
  if (!survey) return null;
  const { offered, machineBytes } = survey;
  const card = (model: OfferedBaseCard) => (
    <Offered
      key={model.repository}
      model={model}
      machineBytes={machineBytes}
      isBusy={importing?.phase === "running"}
      post={post}
    />
  );
  const usable = offered.filter(({ obstacle }) => !obstacle);
  const isMeasured = usable.some(({ tokensPerSecond }) => tokensPerSecond !== undefined);
  const unusable = offered.filter(({ obstacle }) => obstacle);
  return (
    <>
      <p class="note">{t("A download goes to this machine and stays here. Nothing is sent but the request for it.")}</p>
      {isMeasured && !offered.some(({ recommended }) => recommended) && (
        <p class="note">
          {t(
            "None is recommended for this machine: none of them leaves it enough memory and is fast enough to type with.",
          )}
        </p>
      )}
      {usable.map(card)}
      {unusable.length > 0 && (
        <details>
          <summary>{t("Cannot be used here ({0})", unusable.length)}</summary>
          <div class="list">{unusable.map(card)}</div>
        </details>
      )}
    </>
  );
}

interface OfferedProps {
  model: OfferedBaseCard;
  machineBytes: number;
  /** Whether another import runs. */
  isBusy: boolean;
  post: Post;
}

function Offered({ model, machineBytes, isBusy, post }: OfferedProps) {
  const { repository, modelType, licence, obstacle, tokensPerSecond, recommended } = model;
  const [owner = "", name = ""] = repository.split("/");
  const importIt = !obstacle && (
    <Button
      label={t("Import {0}", name)}
      disabled={isBusy}
      title={isBusy ? t("Wait for the import that is under way.") : undefined}
      onClick={() => post({ type: "import", source: repository })}
    >
      {t("Import")}
    </Button>
  );
  return (
    <Card name={name} mark={recommended ? t("recommended here") : undefined} actions={importIt}>
      <Fact>{t("{0}, licence: {1}", owner, licence)}</Fact>
      <Fact>{t("{0} parameters, {1}", count(model.parameters), modelType)}</Fact>
      <Fact>{t("about {0} to download, {1} on disk", bytes(model.downloadBytes), bytes(model.bytes))}</Fact>
      <MemoryFact cost={model} machineBytes={machineBytes} />
      {obstacle && <Warning>{obstacles[obstacle]}</Warning>}
      {!obstacle && tokensPerSecond !== undefined && (
        <Fact
          title={t(
            "An upper limit, estimated from the size of the model and how fast this machine went through weights when it was measured.",
          )}
        >
          {t("at most about {0} tokens/s here", rounded(tokensPerSecond))}
        </Fact>
      )}
    </Card>
  );
}

/** Rounds an estimate to the digits that it supports: one below 10, otherwise two. */
function rounded(tokensPerSecond: number): number {
  return Math.max(1, Number(tokensPerSecond.toPrecision(tokensPerSecond < 10 ? 1 : 2)));
}

const obstacles = {
  memory: t("This machine has too little memory for it."),
  architecture: t("Graft does not know this architecture."),
  pickle: t(
    "Published as a Python pickle, which Graft does not read: convert it with transformers' save_pretrained, then add that folder.",
  ),
};
