/** A button that does something at once; what submits a form says so itself. */

import type { ComponentChildren } from "preact";

export interface ButtonProps {
  onClick: () => void;
  style?: "primary" | "secondary" | "link";
  /** For a screen reader, where the text needs what stands around it. */
  label?: string;
  id?: string;
  title?: string | undefined;
  disabled?: boolean;
  children: ComponentChildren;
}

export function Button({ onClick, style = "secondary", label, id, title, disabled, children }: ButtonProps) {
  return (
    <button type="button" class={style} id={id} title={title} aria-label={label} disabled={disabled} onClick={onClick}>
      {children}
    </button>
  );
}
