"""The variational row of the reference results on the data at hand: 784-400-(mu, log var) 20-400-784, ReLU, sigmoid,
Adam 1e-3, batch 128, loss = sum of BCE + KL per sample (PyTorch's own `vae` example), trained on the 9,000 of the
10,000 MNIST test digits whose place does not end in 9, evaluated on the other 1,000.

    python3 test/golden/vae_reference.py IMAGES.gz EPOCHS SEEDS

The weights start Glorot-uniform with zero biases, as this project's do. Prints, for each seed, the training loss of
each epoch (mean over the samples, each taken before its batch's update) and the evaluation of the rest. Measured with
PyTorch 1.13, seeds 0, 1, 2, ten epochs:

    training, epochs 1 to 10 (seed 0): 258.4 174.4 154.6 144.2 137.5 132.3 128.1 124.9 122.4 120.3
    held out: 119.18 = 96.23 + KL 22.95    119.55 = 96.04 + KL 23.51    119.67 = 97.64 + KL 22.03

and three epochs, seeds 0 to 4:

    training, epochs 1 to 3: 258.4 174.4 154.6    257.6 173.5 153.1    255.9 175.9 154.1
                             259.9 176.8 155.3    255.4 171.7 153.2
    held out: 147.07, KL 19.09    145.51, KL 19.29    145.94, KL 19.59    147.15, KL 19.61    145.62, KL 18.99
"""
import gzip
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 400)
        self.mean = nn.Linear(400, 20)
        self.log_variance = nn.Linear(400, 20)
        self.decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784))
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)

    def forward(self, x):
        h = F.relu(self.hidden(x))
        mean, log_variance = self.mean(h), self.log_variance(h)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        return self.decoder(z), mean, log_variance


def losses(model, x):
    logits, mean, log_variance = model(x)
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    divergence = -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())
    return reconstruction, divergence


def run(train, test, epochs, seed):
    torch.manual_seed(seed)
    model = Vae()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
    history = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(train)).split(128):
            optimizer.zero_grad()
            reconstruction, divergence = losses(model, train[batch])
            loss = reconstruction + divergence
            (loss / len(batch)).backward()
            optimizer.step()
            total += loss.item()
        history.append(round(total / len(train), 2))
    with torch.no_grad():
        reconstruction, divergence = (part.item() / len(test) for part in losses(model, test))
    print(f"seed {seed}: train {history}")
    print(f"  held out {reconstruction + divergence:.2f} = {reconstruction:.2f} + KL {divergence:.2f}", flush=True)


def main():
    path, epochs, seeds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    images = np.frombuffer(gzip.open(path).read(), np.uint8, offset=16).reshape(-1, 784)
    data = torch.from_numpy(images.astype(np.float32) / 255)
    held_out = torch.arange(len(data)) % 10 == 9
    for seed in range(seeds):
        run(data[~held_out], data[held_out], epochs, seed)


main()
