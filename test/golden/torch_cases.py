"""What scripts share that write loss and gradients of small networks of PyTorch's modules, in float64."""
import torch
from torch import nn


def named(encoder, decoder):
    """Parameters by the names that Isthmus gives them; layers with weights count from 0 in each half."""
    for half, layers in (("encoder", encoder), ("decoder", decoder)):
        weighted = [layer for layer in layers if list(layer.parameters())]
        for index, layer in enumerate(weighted):
            for name, parameter in layer.named_parameters():
                yield f"{half}.{index}.{name}", parameter


def flat(tensor):
    return [float(value) for value in tensor.detach().flatten()]


def case(batch, shape, encoder, decoder):
    """Samples of a shape, and what one pass over a batch of them gives."""
    model = nn.Sequential(*encoder, *decoder).double()
    parameters = dict(named(encoder, decoder))
    with torch.no_grad():
        # Numbers that float32 holds exactly.
        for parameter in parameters.values():
            parameter.copy_((parameter + 0.2 * torch.randn_like(parameter)).float().double())
    data = torch.rand(batch, *shape, dtype=torch.float64).float().double()
    loss = nn.functional.mse_loss(model(data), data)
    loss.backward()
    # Constants have no gradient.
    gradient = lambda p: torch.zeros_like(p) if p.grad is None else p.grad
    arrays = [{"name": n, "shape": list(p.shape), "values": flat(p), "gradient": flat(gradient(p))}
              for n, p in parameters.items()]
    return {"data": flat(data), "loss": loss.item(), "parameters": arrays}


def version():
    return torch.__version__.split("+")[0]
