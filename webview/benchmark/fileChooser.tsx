/** A file of the user's: the way to choose it, and which one it is. */

import { Button } from "../shared/button.tsx";
import { t } from "../shared/l10n.ts";

export interface FileChooserProps {
  /** Of the button. */
  id: string;
  path: string;
  /** Stands in for the path until there is one. */
  hint: string;
  onChoose: () => void;
}

export function FileChooser({ id, path, hint, onChoose }: FileChooserProps) {
  return (
    <div class="chooser">
      <Button id={id} onClick={onChoose}>
        {t("Choose…")}
      </Button>
      <span class="note path">{path || hint}</span>
    </div>
  );
}
