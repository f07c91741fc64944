/** Settings with a name, for a link such as `spiral.html?preset=unroll`. */
export interface Preset<Values> {
  /** In the link. */
  readonly name: string;
  /** On the button. */
  readonly title: string;
  /** What to do and what to look at. */
  readonly hint: string;
  /** What differs from the initial settings. */
  readonly values: Partial<Values>;
}
