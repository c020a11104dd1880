/** A labelled input with a line under it: a hint, or what is wrong. */

import type { ComponentChildren } from "preact";

/** What the input of a field refers to, and the field to it. */
export const noteId = (id: string): string => `${id}-note`;

export interface FieldProps {
  /** Of the input, which is described by {@link noteId}. */
  id: string;
  label: string;
  hint: string;
  problem?: string | undefined;
  /** The input; what comes after the line, in `below`. */
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
