/** What happened in training, one entry an epoch. */
export interface History {
  /** Training loss of each epoch: mean over the samples, each taken before the update of its batch. */
  readonly loss: number[];
  /** Loss of the validation data after each epoch; empty without validation. */
  readonly valLoss: number[];
  /** Wall time of each epoch's training steps, in seconds. */
  readonly seconds: number[];
}

export function emptyHistory(): History {
  return { loss: [], valLoss: [], seconds: [] };
}
