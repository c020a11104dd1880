/** A whole number that a form asks for: the extension knows its limits, a page knows none. */

export interface NumberField {
  minimum: number;
  /** Absent where there is no upper limit. */
  maximum?: number;
  /** Absent where leaving the field empty means something. */
  default?: number;
}
