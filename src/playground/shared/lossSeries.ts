/** Losses by epoch. With many epochs it keeps only every second, fourth, … of them. */
export class LossSeries {
  readonly #most: number;
  #kept: { x: number; y: number }[] = [];
  #last: { x: number; y: number } | undefined;
  #stride = 1;

  /** @param most the most points to keep, besides the last epoch's */
  constructor(most = 250) {
    this.#most = most;
  }

  /** @param epoch from 1, in increasing order */
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

  /** Points in order of the epochs, always with the last epoch. */
  get points(): { x: number; y: number }[] {
    if (!this.#last || this.#kept.at(-1) === this.#last) return [...this.#kept];
    return [...this.#kept, this.#last];
  }
}
