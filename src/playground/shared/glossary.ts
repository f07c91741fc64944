/** What the words on the pages mean, for somebody who has never met them. */
export const GLOSSARY = {
  autoencoder: {
    title: "Autoencoder",
    text: "A network that learns to give back what it was given, although it has to pass everything through a narrow place. Nobody tells it what matters: to rebuild well, it must find that out.",
  },
  code: {
    title: "Code",
    text: "What is left in the narrow middle: a few numbers that stand for the whole input. The encoder writes the code, and the decoder sees nothing else. Other names are latent vector, embedding and bottleneck.",
  },
  loss: {
    title: "Loss",
    text: "How wrong the rebuilt data are: the mean squared difference from the input, or the cross-entropy for pictures. Training moves every weight a little in the direction that makes it smaller. 0 would be perfect.",
  },
  correlation: {
    title: "Rank correlation",
    text: "Whether the code has the points in their order along the curve: 1 or −1 if the order is right (from either end), near 0 if it is all mixed up. The network never sees the order; we use it only to judge.",
  },
  threshold: {
    title: "Threshold",
    text: "The limit between usual and odd. What the network rebuilds worse than this is flagged. A lower threshold finds more, but gives more false alarms.",
  },
  engine: {
    title: "Engine",
    text: "The part that calculates: WebAssembly in your browser, eight or more numbers at a time, on several threads if the page may share memory. Nothing is sent anywhere. The same settings give the same numbers on any machine.",
  },
  weight: {
    title: "Weight",
    text: "How strongly a unit listens to another one: a number for each line. Blue adds, orange takes away, and thicker is stronger. Weights are all that a network learns.",
  },
  epoch: {
    title: "Epoch",
    text: "Once through all the data. Within an epoch, the network sees them in small batches, and takes one step after each batch.",
  },
  heldOut: {
    title: "Held-out data",
    text: "Data that training never sees. If they are rebuilt nearly as well as the training data, the network has learnt a rule and has not just memorized.",
  },
  bias: {
    title: "Bias",
    text: "The number with which a unit begins its sum, whatever comes in. It is the small square at the unit's corner, blue above zero and orange below. Point at it to read it, click it to change it.",
  },
  noise: {
    title: "Noise",
    text: "How far the points lie beside their curve, at random. It cannot be learnt, only memorized: a good code says where on the curve a point lies, and forgets the rest.",
  },
  batch: {
    title: "Batch size",
    text: "How many points the network looks at before it moves its weights. Small batches take more and rougher steps for each epoch.",
  },
  regularization: {
    title: "Regularization",
    text: "Makes large weights cost something, so that the network takes the simplest way that does: L1 takes unneeded weights to zero, L2 keeps all of them small. The rate says how much they cost. The loss that is shown includes it.",
  },
  unit: {
    title: "Unit",
    text: "Each small picture is one unit. It shows the unit's output for every possible input: the picture's left is small x₁, its top is large x₂. Blue is positive, orange negative.",
  },
} as const;

export type Term = keyof typeof GLOSSARY;
