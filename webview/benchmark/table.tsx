/** A table: columns of text first, then of numbers. */

import type { ComponentChildren } from "preact";

export interface TableProps {
  caption?: string;
  /** Headings of the first columns of text. */
  texts: readonly string[];
  numbers: readonly string[];
  /** Heading of a last column of text. */
  last?: string;
  /** Rows of the table. */
  children: ComponentChildren;
}

export function Table({ caption, texts, numbers, last, children }: TableProps) {
  return (
    <table>
      {caption !== undefined && <caption>{caption}</caption>}
      <thead>
        <tr>
          {texts.map((text) => (
            <th key={text} scope="col">
              {text}
            </th>
          ))}
          {numbers.map((text) => (
            <th key={text} scope="col" class="number">
              {text}
            </th>
          ))}
          {last !== undefined && <th scope="col">{last}</th>}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
