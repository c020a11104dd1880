/** The limits of a whole number in a form. The extension sends them; pages have none of their own. */

export interface NumberField {
  minimum: number;
  /** Absent without an upper limit. */
  maximum?: number;
  /** Absent if an empty field has a meaning. */
  default?: number;
}
