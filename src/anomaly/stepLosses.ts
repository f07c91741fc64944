/** Adds up the losses of the members' steps. */
export class StepLosses {
  readonly #sums: number[] = [];
  /** Steps of this member so far. */
  #steps = 0;
  /** Sum of the losses of this call of `fit`. */
  #sum = 0;

  /** @param mean over the steps of this call of `fit` so far, the `step`-th of which has ended */
  add(step: number, mean: number): void {
    if (step === 1) this.#sum = 0;
    const sum = mean * step;
    this.#sums[this.#steps] = (this.#sums[this.#steps] ?? 0) + sum - this.#sum;
    this.#sum = sum;
    this.#steps++;
  }

  endMember(): void {
    this.#steps = 0;
  }

  means(members: number): number[] {
    return this.#sums.map((sum) => sum / members);
  }
}
