/** A part of the form that most users leave closed: while closed, its summary shows the choices within. */

import type { ComponentChildren } from "preact";

export interface FoldProps {
  title: string;
  /** The choices within. */
  holds: string;
  isOpen: boolean;
  onToggle: (isOpen: boolean) => void;
  children: ComponentChildren;
}

export function Fold({ title, holds, isOpen, onToggle, children }: FoldProps) {
  return (
    <details class="fold" open={isOpen} onToggle={({ currentTarget }) => onToggle(currentTarget.open)}>
      <summary>
        {title}
        {!isOpen && holds !== "" && <span class="note"> {holds}</span>}
      </summary>
      {children}
    </details>
  );
}
