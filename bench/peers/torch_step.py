"""PyTorch, eager, on the CPU: one training step of F -> L (ReLU) -> F (sigmoid).

`"loss": "logits"` (the default) is BCEWithLogitsLoss, `"probabilities"` a sigmoid layer and BCELoss. `threads` goes to
torch.set_num_threads; a BLAS with threads of its own takes them from the environment.
"""
from protocol import (BETA1, BETA2, EPSILON, LEARNING_RATE, blas_in_use, choice, count, serve, shuffled_batches,
                      step_sizes, time_steps)


def prepare(request):
    samples, features, latent, batch, seed = step_sizes(request)
    threads = count(request, "threads")
    loss = choice(request, "loss", ["logits", "probabilities"])
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    data = torch.rand(samples, features)
    batches = shuffled_batches(samples, batch, lambda: torch.randperm(samples))
    # index_select is faster than data[rows].
    step = make_step(torch, features, latent, loss, lambda: data.index_select(0, next(batches)))
    torch.ones(64, 64) @ torch.ones(64, 64)
    blas, warning = blas_in_use()
    kind = "BCEWithLogitsLoss" if loss == "logits" else "BCELoss"
    details = f"eager, {kind}, Adam foreach, {blas}, {torch.get_num_threads()} thread(s)"
    return (
        {"name": "PyTorch", "version": torch.__version__, "details": details, "warning": warning},
        lambda order: time_steps(step, order),
    )


def make_step(torch, features, latent, loss, next_batch):
    """A function that trains one step on what `next_batch()` gives."""
    from torch import nn

    layers = [nn.Linear(features, latent), nn.ReLU(), nn.Linear(latent, features)]
    model = nn.Sequential(*layers, *([nn.Sigmoid()] if loss == "probabilities" else []))
    for layer in (layers[0], layers[2]):
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
    criterion = nn.BCELoss() if loss == "probabilities" else nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(
        model.parameters(), lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPSILON, foreach=True
    )

    def step():
        x = next_batch()
        value = criterion(model(x), x)
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        optimizer.step()
        return value.item()

    return step


if __name__ == "__main__":
    serve({"step": prepare})
