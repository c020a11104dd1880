/** The unfinished trainings of this machine: each can be resumed, made an adapter of, or discarded, and brought back for a while. */

import type { FromTraining, UnfinishedCard } from "../protocol/training.ts";
import { Button } from "../shared/button.tsx";
import { t } from "../shared/l10n.ts";

type Post = (message: FromTraining) => void;

export function Unfinished({ trainings, post }: { trainings: readonly UnfinishedCard[]; post: Post }) {
  if (trainings.length === 0) return null;
  return (
    <section class="unfinished" aria-labelledby="unfinished">
      <h2 id="unfinished">{t("Unfinished trainings")}</h2>
      <ul>
        {trainings.map((training) => (
          <Item key={training.name} training={training} post={post} />
        ))}
      </ul>
    </section>
  );
}

/** Offers to bring back discarded trainings. */
export function Discarded({ names, post }: { names: readonly string[]; post: Post }) {
  return names.map((name) => (
    <p key={name} class="note discarded">
      {t('Discarded the training "{0}".', name)}{" "}
      <Button style="link" label={`${t("Undo")}: ${name}`} onClick={() => post({ type: "undo", name })}>
        {t("Undo")}
      </Button>
    </p>
  ));
}

function Item({ training, post }: { training: UnfinishedCard; post: Post }) {
  const { name, base, step, steps, busy } = training;
  const isOurs = steps > 0;
  const note = isOurs ? t("Step {0} of {1}, {2}", step, steps, base) : t("Begun by another version of Graft");
  const button = (text: string, type: "resume" | "keep" | "discard") => (
    <Button
      style={type === "resume" ? "primary" : "secondary"}
      label={`${text}: ${name}`}
      onClick={() => post({ type, name })}
    >
      {text}
    </Button>
  );
  return (
    <li>
      <strong>{name}</strong>
      <p class="note">{busy ? t("Runs in another window") : note}</p>
      {!busy && (
        <div class="buttons">
          {isOurs && button(t("Resume"), "resume")}
          {isOurs && step > 0 && button(t("Keep the best"), "keep")}
          {button(t("Discard"), "discard")}
        </div>
      )}
    </li>
  );
}
