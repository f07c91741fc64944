/** Methods of a model that send samples through it. */
export const PASSES = [
  "evaluate",
  "encode",
  "decode",
  "reconstruct",
  "reconstructionError",
  "reconstructionErrorPerFeature",
] as const;
