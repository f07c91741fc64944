import type { ReduceOnPlateau, Schedule, Warmup } from "../../optimizers/schedules.js";

/** Same as src/optimizers/learningRate.ts. */
function plateauClass(options: ReduceOnPlateau): string {
  const { initialLearningRate, monitor, factor, patience, minDelta, cooldown, minLearningRate } = options;
  return `
class Plateau:
    """The learning rate, which falls where ${monitor === "loss" ? "the loss" : "the loss of the validation"} no longer does."""

    monitor = "${monitor}"
    rate, best, wait, cooldown = ${initialLearningRate}, 1.7976931348623157e308, 0, 0

    def end_epoch(self, loss):
        if self.cooldown > 0:
            self.cooldown, self.wait = self.cooldown - 1, 0
        if loss < self.best - ${minDelta}:
            self.best, self.wait = loss, 0
        elif self.cooldown == 0:
            self.wait += 1
            if self.wait >= ${patience} and self.rate > ${minLearningRate}:
                self.rate, self.cooldown, self.wait = max(self.rate * ${factor}, ${minLearningRate}), ${cooldown}, 0

    @property
    def state(self):
        return [self.rate, self.best, self.wait, self.cooldown]

    @state.setter
    def state(self, state):
        self.rate, self.best, self.wait, self.cooldown = state


PLATEAU = Plateau()`;
}

/** The learning rate as Python functions, the one for all steps last. */
export function learningRateProgram(rate: number | Schedule): string[] {
  const warmups: Warmup[] = [];
  let inner = rate;
  while (typeof inner === "object" && inner.kind === "warmup") {
    warmups.push(inner);
    inner = inner.schedule;
  }
  const falls = typeof inner === "object" && inner.kind === "reduceOnPlateau";
  const plateau = falls ? plateauClass(inner as ReduceOnPlateau) : "PLATEAU = None";
  const name = (depth: number) => (depth === 0 ? "learning_rate" : `after_warmup_${depth}`);
  const rates = warmups.map(({ warmupSteps, initialLearningRate }, depth) => {
    const next = name(depth + 1);
    return `
def ${name(depth)}(step):${depth === 0 ? DESCRIBED : ""}
    if step >= ${warmupSteps}:
        return ${next}(step - ${warmupSteps})
    return ${initialLearningRate} + (${next}(0) - ${initialLearningRate}) * (step / ${warmupSteps})`;
  });
  const first = `
def ${name(warmups.length)}(step):${warmups.length === 0 ? DESCRIBED : ""}
    return ${rateText(inner as Exclude<Schedule, Warmup>)}`;
  return [plateau, first, ...rates.toReversed()];
}

const DESCRIBED = `
    """After \`step\` steps."""`;

function rateText(rate: number | Exclude<Schedule, Warmup>): string {
  if (typeof rate === "number") return String(rate);
  const { initialLearningRate: initial } = rate;
  switch (rate.kind) {
    case "exponentialDecay":
      return `${initial} * ${rate.decayRate} ** (step / ${rate.decaySteps})`;
    case "stepDecay":
      return `${initial} * ${rate.decayRate} ** (step // ${rate.decaySteps})`;
    case "cosineDecay": {
      const { alpha, decaySteps } = rate;
      const wave = `0.5 * (1 + math.cos(math.pi * min(step, ${decaySteps}) / ${decaySteps}))`;
      return `${initial} * (${1 - alpha} * ${wave} + ${alpha})`;
    }
    case "reduceOnPlateau":
      return "PLATEAU.rate";
  }
}
