/** The frame of every card: a name, facts, and actions. */

import type { ComponentChildren } from "preact";
import type { BaseCost } from "../protocol/baseModels.ts";
import { bytes } from "../shared/figures.ts";
import { t } from "../shared/l10n.ts";

export interface CardProps {
  name: string;
  /** Distinguishes it from the other cards. */
  mark?: string | undefined;
  /** Facts about the base. */
  children: ComponentChildren;
  actions?: ComponentChildren;
}

export function Card({ name, mark, children, actions }: CardProps) {
  return (
    <article class="card" aria-label={name}>
      <h3>
        {name}
        {mark !== undefined && (
          <>
            {" "}
            <span class="mark">{mark}</span>
          </>
        )}
      </h3>
      {children}
      {actions && <div class="actions">{actions}</div>}
    </article>
  );
}

export function Fact({ title, children }: { title?: string; children: ComponentChildren }) {
  return (
    <p class="note" title={title}>
      {children}
    </p>
  );
}

export function Warning({ children }: { children: ComponentChildren }) {
  return <p class="warning">{children}</p>;
}

export function MemoryFact({ cost: { memoryBytes, fit }, machineBytes }: { cost: BaseCost; machineBytes: number }) {
  const [needed, there] = [bytes(memoryBytes), bytes(machineBytes)];
  switch (fit) {
    case "easily":
      return <Fact>{t("about {0} of memory: fits this machine", needed)}</Fact>;
    case "barely":
      return <Warning>{t("about {0} of memory: most of this machine's {1}", needed, there)}</Warning>;
    case "not":
      return <Warning>{t("about {0} of memory: too much for this machine's {1}", needed, there)}</Warning>;
  }
}
