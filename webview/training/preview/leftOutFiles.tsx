/** The files that a training leaves out, by reason, each with a switch to train on it anyway. */

import { useState } from "preact/hooks";
import type { LeftOut, PreviewShown } from "../../protocol/training.ts";
import { t } from "../../shared/l10n.ts";
import { inWords } from "../leftOut.tsx";

export interface LeftOutFilesProps {
  files: PreviewShown["leftOut"];
  /** Further files, which are not listed. */
  more: number;
  include: readonly string[];
  onInclude: (include: readonly string[]) => void;
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
}

type Reason = keyof LeftOut;

/** The rules that can be overruled as a whole. */
const wholeRules: Partial<Record<string, string>> = {
  duplicate: t("All duplicates"),
  generated: t("All generated files"),
  minified: t("All minified files"),
  unparsable: t("All files that are not valid Python"),
};

export function LeftOutFiles({ files, more, include, onInclude, isOpen, onOpen }: LeftOutFilesProps) {
  // A switch that is turned off stays visible until the next preview.
  const [touched, setTouched] = useState(include);
  const onToggle = (name: string, isIncluded: boolean): void => {
    setTouched([...touched, name]);
    onInclude(isIncluded ? [...include, name] : include.filter((other) => other !== name));
  };
  const switches = { include, onToggle };
  const reasons = (Object.keys(inWords) as Reason[]).filter((reason) => files.some((file) => file.reason === reason));
  // Files that are already included are no longer left out, but stay here so that the user can exclude them again.
  const included = [...new Set([...touched, ...include])].filter(
    (name) => !files.some(({ path, reason }) => path === name || reason === name),
  );
  if (reasons.length + included.length + more === 0) return null;
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => onOpen(currentTarget.open)}>
      <summary>{t("Left out: {0}", files.length + more)}</summary>
      {included.length > 0 && (
        <fieldset class="left-out-files">
          <legend>{t("Included")}</legend>
          {included.map((name) => (
            <Switch key={name} label={wholeRules[name] ?? name} name={name} {...switches} />
          ))}
        </fieldset>
      )}
      {reasons.map((reason) => {
        const own = files.filter((file) => file.reason === reason);
        return <Group key={reason} title={inWords[reason](own.length)} reason={reason} files={own} {...switches} />;
      })}
      {more > 0 && <p class="note">{t("{0} more are not listed.", more)}</p>}
      {touched.length + include.length > 0 && <p class="note">{t("Preview again to see what the switches change.")}</p>}
    </details>
  );
}

interface Switches {
  include: readonly string[];
  onToggle: (name: string, isIncluded: boolean) => void;
}

interface GroupProps extends Switches {
  title: string;
  reason: Reason;
  files: PreviewShown["leftOut"];
}

function Group({ title, reason, files, ...switches }: GroupProps) {
  const whole = wholeRules[reason];
  return (
    <fieldset class="left-out-files">
      <legend>{title}</legend>
      {whole !== undefined && files.length > 1 && <Switch label={whole} name={reason} {...switches} />}
      {files.map(({ path, canInclude }) =>
        canInclude ? (
          <Switch key={path} label={path} name={path} {...switches} />
        ) : (
          <p key={path} class="note">
            {path}
          </p>
        ),
      )}
    </fieldset>
  );
}

interface SwitchProps extends Switches {
  label: string;
  name: string;
}

function Switch({ label, name, include, onToggle }: SwitchProps) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        checked={include.includes(name)}
        onChange={({ currentTarget }) => onToggle(name, currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}
