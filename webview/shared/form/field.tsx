/** A labelled input with a line under it: a hint or a problem. */

import type { ComponentChildren } from "preact";

/** The ids that connect an input with its label and its line. */
export const noteId = (id: string): string => `${id}-note`;

export interface FieldProps {
  /** Id of the input, which {@link noteId} describes. */
  id: string;
  label: string;
  hint: string;
  problem?: string | undefined;
  /** The input. Content after the line is in `below`. */
  children: ComponentChildren;
  below?: ComponentChildren;
}

export function Field({ id, label, hint, problem, children, below }: FieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      <p class={problem === undefined ? "note" : "note problem"} id={noteId(id)} aria-live="polite">
        {problem ?? hint}
      </p>
      {below}
    </div>
  );
}
