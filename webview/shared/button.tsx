/** A button that does something at once. It does not submit a form. */

import type { ComponentChildren } from "preact";

export interface ButtonProps {
  onClick: () => void;
  style?: "primary" | "secondary" | "link";
  /** Label for screen readers, if the text is not clear without its context. */
  label?: string;
  id?: string;
  /** Id of the text that says why it is disabled. */
  describedBy?: string;
  title?: string | undefined;
  disabled?: boolean;
  children: ComponentChildren;
}

export function Button({
  onClick,
  style = "secondary",
  label,
  id,
  describedBy,
  title,
  disabled,
  children,
}: ButtonProps) {
  return (
    <button
      type="button"
      class={style}
      id={id}
      title={title}
      aria-label={label}
      aria-describedby={describedBy}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
