// Classes of generated programs for recurrent layers.

const NAMES = ["LSTM", "GRU"] as const;

function usual(name: string): string {
  return `
class ${name}(nn.${name}):
    """The state after the last step, or after each one if \`sequences\`."""

    def __init__(self, *sizes, sequences=False, **options):
        super().__init__(*sizes, batch_first=True, **options)
        self.sequences = sequences

    def forward(self, x):
        states, _ = super().forward(x)
        return states if self.sequences else states[:, -1]`;
}

const STEPS: Readonly<Record<(typeof NAMES)[number], string>> = {
  LSTM: `
    def step(self, x, projected, state, cell):
        i, f, g, o = (x + projected).chunk(4, dim=1)
        cell = self.gate(f) * cell + self.gate(i) * self.activation(g)
        return self.gate(o) * self.activation(cell), cell`,
  GRU: `
    def step(self, x, projected, state, cell):
        (xr, xz, xn), (hr, hz, hn) = x.chunk(3, dim=1), projected.chunk(3, dim=1)
        z = self.gate(xz + hz)
        return (1 - z) * self.activation(xn + self.gate(xr + hr) * hn) + z * state, cell`,
};

/** PyTorch's own modules know only tanh and sigmoid. */
function unusual(name: (typeof NAMES)[number]): string {
  return `
class ${name}With(nn.${name}):
    """The same with other activations."""

    def __init__(self, *sizes, activation, gate, sequences=False, **options):
        super().__init__(*sizes, batch_first=True, **options)
        self.activation, self.gate, self.sequences = activation, gate, sequences
${STEPS[name]}

    def forward(self, x):
        biases = (self.bias_ih_l0, self.bias_hh_l0) if self.bias else (None, None)
        state = cell = x.new_zeros(x.shape[0], self.hidden_size)
        states = []
        for inputs in x.unbind(1):
            projected = F.linear(state, self.weight_hh_l0, biases[1])
            state, cell = self.step(F.linear(inputs, self.weight_ih_l0, biases[0]), projected, state, cell)
            states.append(state)
        return torch.stack(states, 1) if self.sequences else state`;
}

/** Source of each class by its name. */
export const RECURRENT_CLASSES: Readonly<Record<string, string>> = Object.fromEntries(
  NAMES.flatMap((name) => [
    [name, usual(name)],
    [`${name}With`, unusual(name)],
  ]),
);
