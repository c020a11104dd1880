/** Shows the bases on this machine, and the base in the settings if it is not imported yet. */

import type { BasesState, FromBases, InstalledBaseCard } from "../protocol/baseModels.ts";
import { Button } from "../shared/button.tsx";
import { Failure } from "../shared/failure.tsx";
import { bytes, count } from "../shared/figures.ts";
import { t } from "../shared/l10n.ts";
import { Card, Fact, MemoryFact, Warning } from "./card.tsx";

type Post = (message: FromBases) => void;

export function InstalledBases({ state, post }: { state: BasesState; post: Post }) {
  const { survey, problem, inUse, importing, notImported } = state;
  if (problem) {
    return (
      <>
        <Failure {...problem} />
        <div class="actions">
          <Button onClick={() => post({ type: "showLog" })}>{t("Show log")}</Button>
        </div>
      </>
    );
  }
  if (!survey) {
    return (
      <p class="note" role="status">
        {t("Looking for base models…")}
      </p>
    );
  }
  return (
    <>
      {survey.installed.map((base) => (
        <Installed
          key={base.name}
          base={base}
          isInUse={base.name === inUse}
          machineBytes={survey.machineBytes}
          post={post}
        />
      ))}
      {notImported !== undefined && (
        <NotImported folder={notImported} isBusy={importing?.phase === "running"} post={post} />
      )}
    </>
  );
}

interface InstalledProps {
  base: InstalledBaseCard;
  isInUse: boolean;
  machineBytes: number;
  post: Post;
}

function Installed({ base, isInUse, machineBytes, post }: InstalledProps) {
  const { name, modelType, embedded, origin } = base;
  // The first digits of a commit are enough to identify it.
  const from = origin.replace(/(@[0-9a-f]{7})[0-9a-f]{33}$/, "$1");
  const use = !isInUse && (
    <Button label={t("Use {0}", name)} onClick={() => post({ type: "use", name })}>
      {t("Use")}
    </Button>
  );
  const remove = !embedded && (
    <Button label={t("Remove {0}", name)} onClick={() => post({ type: "remove", name })}>
      {t("Remove")}
    </Button>
  );
  const actions = (use || remove) && (
    <>
      {use}
      {remove}
    </>
  );
  return (
    <Card name={name} mark={isInUse ? t("in use") : undefined} actions={actions}>
      <Fact>{t("{0} parameters, {1}", count(base.parameters), modelType)}</Fact>
      <Fact>{t("{0} on disk", bytes(base.bytes))}</Fact>
      <MemoryFact cost={base} machineBytes={machineBytes} />
      <Fact>{embedded ? t("comes with Graft") : t("from {0}", from)}</Fact>
    </Card>
  );
}

function NotImported({ folder, isBusy, post }: { folder: string; isBusy: boolean; post: Post }) {
  const importIt = (
    <>
      <Button
        label={t("Import {0}", folder)}
        describedBy="import-waits"
        disabled={isBusy}
        onClick={() => post({ type: "import", source: folder })}
      >
        {t("Import")}
      </Button>
      <span class="note" id="import-waits" aria-live="polite">
        {isBusy && t("Wait for the import that is under way.")}
      </span>
    </>
  );
  return (
    <Card name={folder} actions={importIt}>
      <Warning>{t("Chosen in the settings, but not imported yet: the base in use stands in for it.")}</Warning>
    </Card>
  );
}
