/** Chooses the two arms of a new comparison. */

import type { ArmSetting, FromStatistics, StatisticsState } from "../protocol/statistics.ts";
import { Button } from "../shared/button.tsx";
import { t } from "../shared/l10n.ts";
import { nameOf } from "./formats.ts";

/** The settings that the user has chosen, by their keys. */
export type ChosenArms = Readonly<{ a?: string; b?: string }>;

export interface ComparisonFormProps {
  choices: StatisticsState["choices"];
  chosen: ChosenArms;
  choose: (chosen: ChosenArms) => void;
  post: (message: FromStatistics) => void;
}

export function ComparisonForm({ choices, chosen, choose, post }: ComparisonFormProps) {
  const settings = settingsOf(choices);
  const a = settings.find((setting) => keyOf(setting) === chosen.a) ?? settings[0]!;
  const b = settings.find((setting) => keyOf(setting) === chosen.b) ?? otherThan(a, settings);
  if (!b) {
    return (
      <section aria-labelledby="comparison">
        <h2 id="comparison">{t("A/B comparison")}</h2>
        <p class="note">
          {t("Train an adapter, and find out here whether its suggestions are better than the base's.")}
        </p>
      </section>
    );
  }
  const isSame = keyOf(a) === keyOf(b);
  return (
    <section aria-labelledby="comparison">
      <h2 id="comparison">{t("A/B comparison")}</h2>
      <p class="note" id="about">
        {t("Two settings take turns while you work. You learn which suggestions you keep more often.")}
      </p>
      <ArmChoice
        id="a"
        label="A"
        {...{ choices, settings }}
        chosen={a}
        onChoose={(key) => choose({ ...chosen, a: key })}
      />
      <ArmChoice
        id="b"
        label="B"
        {...{ choices, settings }}
        chosen={b}
        onChoose={(key) => choose({ ...chosen, b: key })}
      />
      <div class="actions">
        <Button describedBy="same" disabled={isSame} onClick={() => post({ type: "compare", a, b })}>
          {t("Start comparing")}
        </Button>
        <span class="note" id="same" aria-live="polite">
          {isSame && t("Choose two different settings.")}
        </span>
      </div>
    </section>
  );
}

/** Returns a setting that differs in one thing: the adapter if there is another one, else the context. */
export function otherThan(a: ArmSetting, settings: readonly ArmSetting[]): ArmSetting | undefined {
  const others = settings.filter((setting) => setting !== a);
  return others.find(({ adapter, context }) => adapter !== a.adapter && context === a.context) ?? others[0];
}

interface ArmChoiceProps extends Pick<ComparisonFormProps, "choices"> {
  id: string;
  label: string;
  settings: readonly ArmSetting[];
  chosen: ArmSetting;
  onChoose: (key: string) => void;
}

function ArmChoice({ id, label, choices: { base, canSwitchContext }, settings, chosen, onChoose }: ArmChoiceProps) {
  return (
    <div class="arm">
      <label for={id}>{label}</label>
      <select
        id={id}
        aria-describedby="about"
        value={keyOf(chosen)}
        onChange={({ currentTarget: { value } }) => onChoose(value)}
      >
        {settings.map((setting) => (
          <option key={keyOf(setting)} value={keyOf(setting)}>
            {nameOf({ ...setting, base }, canSwitchContext)}
          </option>
        ))}
      </select>
    </div>
  );
}

const keyOf = (setting: ArmSetting): string => JSON.stringify(setting);

/** Returns what can be compared: the adapter in use first, then the base alone, then the others. */
export function settingsOf({ adapters, active, canSwitchContext }: StatisticsState["choices"]): ArmSetting[] {
  const others = adapters.filter((name) => name !== active);
  const names = active === null ? [null, ...others] : [active, null, ...others];
  // If there is no context to switch off, no setting forbids it either.
  const contexts = canSwitchContext ? [true, false] : [true];
  return names.flatMap((adapter) => contexts.map((context) => ({ adapter, context })));
}
