/** A loss by epoch, in no more than so many points however many epochs there are: every second, fourth, … of them. */
export class LossSeries {
  readonly #most: number;
  #kept: { x: number; y: number }[] = [];
  #last: { x: number; y: number } | undefined;
  #stride = 1;

  /** @param most an upper bound on the points, but for the last epoch's */
  constructor(most = 250) {
    this.#most = most;
  }

  /** @param epoch from 1, and rising */
  push(epoch: number, loss: number): void {
    const point = { x: epoch, y: loss };
    this.#last = point;
    if (!this.#isKept(point)) return;
    this.#kept.push(point);
    while (this.#kept.length > this.#most) {
      this.#stride *= 2;
      this.#kept = this.#kept.filter((kept) => this.#isKept(kept));
    }
  }

  #isKept({ x }: { x: number }): boolean {
    return (x - 1) % this.#stride === 0;
  }

  clear(): void {
    this.#kept = [];
    this.#last = undefined;
    this.#stride = 1;
  }

  /** In the order of the epochs; the last epoch is always among them. */
  get points(): { x: number; y: number }[] {
    if (!this.#last || this.#kept.at(-1) === this.#last) return [...this.#kept];
    return [...this.#kept, this.#last];
  }
}
