import type { Clipping } from "../../optimizers/clipping.js";
import type { Optimizer } from "../../optimizers/optimizers.js";

/** How an optimizer continues in PyTorch. */
interface Continued {
  /** The call that makes it, from `parameters`. */
  readonly create: string;
  /** Name of each slot of the checkpoint in the optimizer's state. */
  readonly slots: Readonly<Record<string, string>>;
  /** Lines of what else changes in a parameter group before step `step`, counted from 1. */
  readonly settings?: string;
  /** Further entries of a parameter's state after `steps` steps. */
  readonly state?: string;
  /** Lines that `state` needs. */
  readonly before?: string;
  /** Statements for all dimensions of `step`, of an optimizer that PyTorch has not, or has with another formula. */
  readonly own?: { readonly name: string; readonly why: string; readonly update: string };
}

const COUNTED = '"step": torch.tensor(float(steps))';
const MOMENTS = { firstMoment: "exp_avg", secondMoment: "exp_avg_sq" };
const same = (...names: string[]) => Object.fromEntries(names.map((name) => [name, name]));

/** The formulas are those of src/optimizers and assembly/optimizer.ts. */
function continued(optimizer: Optimizer): Continued {
  switch (optimizer.kind) {
    case "adam":
    case "adamw": {
      const { beta1, beta2, epsilon } = optimizer;
      const name = optimizer.kind === "adam" ? "Adam" : "AdamW";
      const decay = optimizer.kind === "adam" ? "" : `, weight_decay=${optimizer.weightDecay}`;
      return {
        create: `torch.optim.${name}(parameters, betas=(${beta1}, ${beta2})${decay})`,
        slots: MOMENTS,
        settings: `# In Keras, epsilon stands outside the bias correction.
group["eps"] = ${epsilon} / math.sqrt(1 - ${beta2} ** step)`,
        state: COUNTED,
      };
    }
    case "nadam": {
      const { beta1, beta2, epsilon } = optimizer;
      return {
        create: `torch.optim.NAdam(parameters, betas=(${beta1}, ${beta2}), eps=${epsilon}, momentum_decay=1)`,
        slots: MOMENTS,
        state: `${COUNTED}, "mu_product": torch.tensor(math.prod(momenta))`,
        before: `# That of step t is ${beta1} (1 - 0.96^t / 2); after some thousand steps the product is 0.
momenta = (${beta1} * (1 - 0.5 * 0.96**step) for step in range(1, min(steps, 100_000) + 1))`,
      };
    }
    case "adadelta": {
      const { rho, epsilon } = optimizer;
      return {
        create: `torch.optim.Adadelta(parameters, rho=${rho}, eps=${epsilon})`,
        slots: { meanSquare: "square_avg", meanSquaredChange: "acc_delta" },
        state: COUNTED,
      };
    }
    case "sgd": {
      const { momentum, nesterov } = optimizer;
      if (momentum === 0) return { create: "torch.optim.SGD(parameters)", slots: {} };
      const own = {
        name: "MomentumSGD",
        why: "Keras's velocity has the learning rate of each step in it, PyTorch's has not.",
        update: `change = group["lr"] * g
v = state["velocity"].mul_(${momentum}).sub_(change)
p.add_(${nesterov ? `${momentum} * v - change` : "v"})`,
      };
      return { create: "MomentumSGD(parameters)", slots: same("velocity"), own };
    }
    case "rmsprop": {
      const { rho, momentum, epsilon, centered } = optimizer;
      const average = (slot: string, value: string) =>
        `state["${slot}"].mul_(${rho}).add_(${value}, alpha=1 - ${rho})`;
      const lines = [
        `variance = ${average("meanSquare", "g * g")}`,
        ...(centered
          ? [`variance = (variance - ${average("meanGradient", "g")}.square()).clamp(min=0)`]
          : []),
        `move = group["lr"] * g / torch.sqrt(variance + ${epsilon})`,
        ...(momentum > 0 ? [`move = state["momentum"].mul_(${momentum}).add_(move)`] : []),
        "p.sub_(move)",
      ];
      const slots = [
        "meanSquare",
        ...(momentum > 0 ? ["momentum"] : []),
        ...(centered ? ["meanGradient"] : []),
      ];
      const own = {
        name: "RMSprop",
        why: "In Keras, epsilon stands under the root.",
        update: lines.join("\n"),
      };
      return { create: "RMSprop(parameters)", slots: same(...slots), own };
    }
    case "adagrad": {
      const own = {
        name: "Adagrad",
        why: "In Keras, epsilon stands under the root.",
        update: `sums = state["accumulator"].addcmul_(g, g)
p.sub_(group["lr"] * g / torch.sqrt(sums + ${optimizer.epsilon}))`,
      };
      return { create: "Adagrad(parameters)", slots: same("accumulator"), own };
    }
    case "lion": {
      const { beta1, beta2, weightDecay } = optimizer;
      const own = {
        name: "Lion",
        why: "PyTorch has none.",
        update: `m = state["momentum"]
direction = torch.sign(m + (1 - ${beta1}) * (g - m))
m.add_(g - m, alpha=1 - ${beta2})
p.mul_(1 - group["lr"] * ${weightDecay}).sub_(group["lr"] * direction)`,
      };
      return { create: "Lion(parameters)", slots: same("momentum"), own };
    }
  }
}

const indent = (text: string, spaces: number) => text.replace(/^/gm, " ".repeat(spaces));

function ownClass({ name, why, update }: NonNullable<Continued["own"]>): string {
  return `
class ${name}(torch.optim.Optimizer):
    """${name} as Keras calculates it. ${why}"""

    def __init__(self, parameters):
        super().__init__(parameters, {"lr": 0.0})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                g, state = p.grad, self.state[p]
${indent(update, 16)}`;
}

function clipFunction({ clipValue, clipNorm, globalClipNorm }: Clipping): string {
  const body =
    clipValue !== undefined
      ? `    for parameter in parameters:
        parameter.grad.clamp_(-${clipValue}, ${clipValue})`
      : clipNorm !== undefined
        ? `    for parameter in parameters:
        norm = torch.linalg.vector_norm(parameter.grad)
        parameter.grad.mul_((${clipNorm} / norm).clamp(max=1))`
        : globalClipNorm !== undefined
          ? `    norms = [torch.linalg.vector_norm(parameter.grad) for parameter in parameters]
    factor = (${globalClipNorm} / torch.linalg.vector_norm(torch.stack(norms))).clamp(max=1)
    for parameter in parameters:
        parameter.grad.mul_(factor)`
          : "";
  return `
def clip(parameters):
    """Limits the gradients, which are the same in all processes${body ? "" : "; this run does not"}."""${body && `\n${body}`}`;
}

/** The optimizer as Python: `make_optimizer`, `SLOTS`, `initial_state`, `set_step` and `clip`. */
export function optimizerProgram(optimizer: Optimizer): string[] {
  const { create, slots, settings, state, before, own } = continued(optimizer);
  const names = Object.entries(slots).map(([slot, name]) => `"${slot}": "${name}"`);
  return [
    ...(own ? [ownClass(own)] : []),
    `# The optimizer's values in a checkpoint, and what they are called here.
SLOTS = {${names.join(", ")}}`,
    `
def make_optimizer(parameters):
    return ${create}`,
    `
def initial_state(steps):
    """What the optimizer keeps of each parameter besides the slots."""${before ? `\n${indent(before, 4)}` : ""}
    return {${state ?? ""}}`,
    `
def set_step(optimizer, step):
    """Sets what changes from step to step; the first one is 1."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(step - 1)${settings ? `\n${indent(settings, 8)}` : ""}`,
    clipFunction(optimizer),
  ];
}
