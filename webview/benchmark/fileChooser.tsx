/** A button to choose a file, with the chosen path. */

import { Button } from "../shared/button.tsx";
import { t } from "../shared/l10n.ts";

export interface FileChooserProps {
  /** Label of the button. */
  id: string;
  path: string;
  /** Shown until a path is chosen. */
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
