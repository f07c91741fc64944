/** What happened in training, one entry an epoch. */
export interface History {
  /**
   * Training loss of each epoch, penalties included: mean over the samples, each taken before the update of its batch. A
   * variational model's is that of each step's weight of the divergence.
   */
  readonly loss: number[];
  /** Of a variational model: the part of `loss` that compares output and sample, a sum over the outputs; else empty. */
  readonly reconstructionLoss: number[];
  /** Of a variational model: mean divergence of the codes from the standard normal distribution, not weighted; else empty. */
  readonly klLoss: number[];
  /** Loss of the validation data after each epoch, as `evaluate` gives it; empty without validation. */
  readonly valLoss: number[];
  /** Wall time of each epoch's training steps, in seconds. */
  readonly seconds: number[];
}

export function emptyHistory(): History {
  return { loss: [], reconstructionLoss: [], klLoss: [], valLoss: [], seconds: [] };
}
