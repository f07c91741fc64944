"""Writes the reference vectors of this folder: python3 test/golden/make_golden.py [--check]

Needs NumPy and PyTorch. Every result is computed in float64 NumPy and confirmed by PyTorch or by published
numbers before it is written. --check writes nothing and compares with the files that are there.
"""
import json
import math
import sys
from pathlib import Path

import numpy as np

import spiral
import torch_check
from hashed import HashedTensor
from network import CLIP, Layer, forward, loss_and_gradients, loss_value, relu_margin
from optimizers import CLIPPING, add_penalty_gradients, clip, create, penalty

FOLDER = Path(__file__).resolve().parent
ADAM = {"name": "adam", "learningRate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7}
SGD = {"name": "sgd", "learningRate": 0.1, "momentum": 0.0, "nesterov": False}
ADAMW = {**ADAM, "name": "adamw", "learningRate": 0.01, "weightDecay": 0.1}
NADAM = {**ADAM, "name": "nadam", "learningRate": 0.01}
RMSPROP = {
    "name": "rmsprop",
    "learningRate": 0.002,
    "rho": 0.9,
    "momentum": 0.0,
    "epsilon": 1e-7,
    "centered": False,
}
ADAGRAD = {"name": "adagrad", "learningRate": 0.05, "initialAccumulatorValue": 0.1, "epsilon": 1e-7}
ADADELTA = {"name": "adadelta", "learningRate": 1.0, "rho": 0.95, "epsilon": 1e-6}
STEPS = 10


def digits9(values):
    """Nine significant digits: enough to tell any two float32 apart."""
    return [float(f"{v:.9g}") for v in np.asarray(values, dtype=np.float64).reshape(-1).tolist()]


def chain(sizes, activations):
    """The layers of an autoencoder, the first half named encoder.0, …, the second decoder.0, …"""
    half = len(activations) // 2
    names = [f"encoder.{i}" for i in range(half)] + [f"decoder.{i}" for i in range(half)]
    assert len(sizes) == len(activations) + 1 == 2 * half + 1
    return [Layer(name, activation) for name, activation in zip(names, activations)]


def start_tensors(sizes, layers, first_tag, output_bias=(-0.05, 0.05)):
    """Recipes of the start: Glorot-uniform weights and small biases, tags counting up from first_tag."""
    tensors = []
    for i, layer in enumerate(layers):
        fan_in, fan_out = sizes[i], sizes[i + 1]
        limit = math.sqrt(6 / (fan_in + fan_out))
        low, high = output_bias if i == len(layers) - 1 else (-0.05, 0.05)
        tag = first_tag + 2 * i
        tensors.append(HashedTensor(f"{layer.name}.weight", (fan_out, fan_in), tag, -limit, limit))
        tensors.append(HashedTensor(f"{layer.name}.bias", (fan_out,), tag + 1, low, high))
    return tensors


def build(tensors, dtype):
    return {tensor.name: tensor.build().astype(dtype) for tensor in tensors}


def train(loss, layers, params, x, options, factors=None):
    """With penalties of `factors` on the weights, if there are any:
    (losses before each update, final loss, final params, smallest distance of a ReLU from its kink)."""
    params = {name: value.copy() for name, value in params.items()}
    optimizer = create(options)
    losses, margin = [], math.inf
    for _ in range(STEPS):
        margin = min(margin, relu_margin(layers, params, x))
        value, gradients = loss_and_gradients(loss, layers, params, x)
        if factors:
            value += penalty(factors, params)
            add_penalty_gradients(factors, params, gradients)
        losses.append(value)
        optimizer.step(params, clip(options, gradients))
    final = loss_value(loss, layers, forward(layers, params, x), x)
    return losses, final + (penalty(factors, params) if factors else 0), params, margin


def difference(a, b):
    """Largest |a - b| over arrays of the same names."""
    assert a.keys() == b.keys()
    return max(float(np.abs(a[name] - b[name]).max()) for name in a)


def assert_clips(case, options):
    """The clipping of `options` has to show after the first step, or these vectors could not tell it from none."""
    loss, layers = case["loss"], case["layers"]
    _, gradients = loss_and_gradients(loss, layers, build(case["weights"], np.float64), case["data"].build())
    clipped = clip(options, gradients)
    assert difference(gradients, clipped) > 100 * case["tolerance"]["weights"]
    if "globalClipNorm" not in options:
        assert any(np.array_equal(gradients[name], clipped[name]) for name in gradients) or "clipValue" in options


def confirm(case, options, factors, own):
    """Compares with PyTorch's losses and parameters, which apply one rule, or would if ε were 0."""
    params, x = build(case["weights"], np.float64), case["data"].build().astype(np.float64)
    if options["name"] in ("rmsprop", "adagrad"):
        # PyTorch adds epsilon to the root, Keras under it.
        options = {**options, "epsilon": 1e-30}
        own = train(case["loss"], case["layers"], params, x, options, factors)
    losses, final = torch_check.train(
        case["loss"], case["layers"], params, x, options, STEPS, penalty=factors
    )
    assert np.abs(np.subtract(own[0], losses)).max() < 1e-12
    assert difference(own[2], final) < 1e-10


def checked_run(case, options, factors=None):
    """One training run in float64, confirmed by PyTorch, with float32 shown to stay within the tolerance."""
    loss, layers = case["loss"], case["layers"]
    params, x = build(case["weights"], np.float64), case["data"].build().astype(np.float64)
    losses, final_loss, final, margin = own = train(loss, layers, params, x, options, factors)
    confirm(case, options, factors, own)
    if any(name in options for name in CLIPPING):
        assert_clips(case, options)

    if options["name"] == "adam":
        # An epsilon put where PyTorch puts it has to show, or these vectors could not tell the two apart.
        _, other = torch_check.train(loss, layers, params, x, options, STEPS, keras_epsilon=False)
        assert difference(final, other) > 5 * case["tolerance"]["weights"], difference(final, other)

    x32 = x.astype(np.float32)
    losses32, _, final32, _ = train(loss, layers, build(case["weights"], np.float32), x32, options, factors)
    assert all(value.dtype == np.float32 for value in final32.values())
    loss_error, weight_error = np.abs(np.subtract(losses, losses32)).max(), difference(final, final32)
    moved = difference(final, params)
    print(
        f"  {options['name']} momentum {options.get('momentum', '-')}: "
        f"loss {losses[0]:.6f} -> {final_loss:.6f}, moved {moved:.1e}, "
        f"float32 is off by {loss_error:.1e} (loss) {weight_error:.1e} (weights), "
        f"ReLU margin {margin:.1e}"
    )
    assert final_loss < losses[0] and margin > 1e-6
    assert loss_error < case["tolerance"]["loss"] / 4 and weight_error < case["tolerance"]["weights"] / 4
    stored = []
    for tensor in case["weights"]:
        stride = case["stride"] if len(tensor.shape) == 2 else 1
        values = digits9(final[tensor.name].reshape(-1)[::stride])
        stored.append({"name": tensor.name, "shape": list(tensor.shape), "stride": stride, "values": values})
    run = {"optimizer": options, "loss": losses, "finalLoss": final_loss, "weights": stored}
    return {**run, "penalty": factors} if factors else run


def steps_file(sizes, activations, loss, batch, first_tag, stride, tolerance, optimizers, penalized=()):
    """Ten full-batch updates with each optimizer from the same start, then with each pair of optimizer and penalty."""
    layers = chain(sizes, activations)
    case = {
        "loss": loss,
        "layers": layers,
        "stride": stride,
        "tolerance": tolerance,
        "data": HashedTensor("data", (batch, sizes[0]), first_tag, 0.0, 1.0),
        "weights": start_tensors(sizes, layers, first_tag + 1),
    }
    return {
        "sizes": sizes,
        "activations": activations,
        "loss": loss,
        "batch": batch,
        "steps": STEPS,
        "tolerance": tolerance,
        "data": case["data"].to_json(),
        "weights": [tensor.to_json() for tensor in case["weights"]],
        "runs": [checked_run(case, options) for options in optimizers]
        + [checked_run(case, options, factors) for options, factors in penalized],
    }


def gradient_case(sizes, hidden, output, loss, tensors, data):
    """Loss and gradients of one combination, confirmed by autograd in float64."""
    layers = chain(sizes, [hidden] * (len(sizes) - 2) + [output])
    params, x = build(tensors, np.float64), data.build().astype(np.float64)
    value, gradients = torch_check.loss_and_gradients(loss, layers, params, x)
    own_value, own = loss_and_gradients(loss, layers, params, x)
    assert abs(value - own_value) < 1e-13 and difference(gradients, own) < 1e-13
    assert relu_margin(layers, params, x) > 1e-3

    clipped = 0
    if loss == "binaryCrossentropy" and output != "sigmoid":
        y = forward(layers, params, x)[-1][1]
        clipped = int(np.count_nonzero(y < CLIP))
        # Near 0 the gradient grows as 1/y; above 1 - CLIP the loss itself depends on the float type.
        assert y.max() < 0.99 and not np.any((y > CLIP) & (y < 0.01)) and not np.any((y < 0) & (y > -0.001))
    params32, x32 = build(tensors, np.float32), x.astype(np.float32)
    value32, gradients32 = loss_and_gradients(loss, layers, params32, x32)
    return {
        "hidden": hidden,
        "output": output,
        "loss": loss,
        "fromLogits": loss == "binaryCrossentropy" and output == "sigmoid",
        "clippedOutputs": clipped,
        "value": value,
        "gradients": {tensor.name: digits9(gradients[tensor.name]) for tensor in tensors},
    }, max(abs(value32 - value), difference(gradients32, gradients))


def gradients_file(first_tag, tolerance):
    """Every hidden activation × every output activation × both losses, from one set of weights."""
    sizes, kinds = [7, 5, 3, 5, 7], ["linear", "relu", "sigmoid", "tanh"]
    layers = chain(sizes, ["linear"] * 4)
    data = HashedTensor("data", (6, sizes[0]), first_tag, 0.0, 1.0)
    # Output biases about 0.35 keep most outputs inside (0, 1), where cross-entropy without a sigmoid is
    # defined; the tag is one that keeps every case clear of kinks and of vanishing predictions.
    tensors = start_tensors(sizes, layers, first_tag + 1, (0.2, 0.5))
    cases, worst = [], 0.0
    for loss in ["meanSquaredError", "binaryCrossentropy"]:
        for output in kinds:
            for hidden in kinds:
                case, error = gradient_case(sizes, hidden, output, loss, tensors, data)
                cases.append(case)
                worst = max(worst, error)
    clipped = [case["clippedOutputs"] for case in cases if case["loss"] != "meanSquaredError"]
    print(f"  {len(cases)} cases, clipped outputs {clipped}, float32 is off by {worst:.1e}")
    assert worst < tolerance / 4 and max(clipped) > 0
    return {
        "sizes": sizes,
        "batch": data.shape[0],
        "tolerance": tolerance,
        "data": data.to_json(),
        "weights": [tensor.to_json() for tensor in tensors],
        "cases": cases,
    }


def assert_close(old, new, path):
    """The same JSON but for the last digits of floats, which follow the BLAS and the libm."""
    if isinstance(new, float):
        assert isinstance(old, (int, float)), (path, old, new)
        assert math.isclose(old, new, rel_tol=1e-7, abs_tol=1e-12), (path, old, new)
    elif isinstance(new, (list, dict)):
        assert type(old) is type(new) and len(old) == len(new), path
        for key, value in enumerate(new) if isinstance(new, list) else new.items():
            assert_close(old[key], value, f"{path}.{key}")
    else:
        assert old == new, (path, old, new)


def write(name, content, check):
    path = FOLDER / name
    if check:
        assert_close(json.loads(path.read_text()), json.loads(json.dumps(content)), name)
        return
    compact = {key: json.dumps(value, separators=(",", ":")) for key, value in content.items()}
    lines = [f"{json.dumps(key)}:{value}" for key, value in compact.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"  wrote {name}, {path.stat().st_size} bytes")


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(f"expected no argument or --check, got {' '.join(sys.argv[1:])}")
    print("spiral")
    write("spiral.json", spiral.reference(), check)
    print("dense-steps")
    optimizers = [ADAM, SGD, {**SGD, "momentum": 0.9}, {**SGD, "momentum": 0.9, "nesterov": True}]
    tolerance = {"loss": 1e-6, "weights": 1e-6}
    dense = steps_file(
        [784, 32, 784], ["relu", "sigmoid"], "binaryCrossentropy", 64, 100, 37, tolerance, optimizers
    )
    write("dense-steps.json", dense, check)
    print("deep-steps")
    optimizers = [{**ADAM, "learningRate": 0.01}, {**SGD, "learningRate": 0.5}]
    activations = ["tanh", "sigmoid", "relu", "linear"]
    deep = steps_file([20, 12, 5, 12, 20], activations, "meanSquaredError", 16, 200, 1, tolerance, optimizers)
    write("deep-steps.json", deep, check)
    print("optimizer-steps")
    plain = {**SGD, "learningRate": 0.5}
    optimizers = [
        RMSPROP,
        {**RMSPROP, "momentum": 0.5},
        {**RMSPROP, "centered": True},
        {**RMSPROP, "momentum": 0.5, "centered": True},
        ADAGRAD,
        ADADELTA,
        ADAMW,
        NADAM,
        {**plain, "clipValue": 0.004},
        {**plain, "clipNorm": 0.05},
        {**plain, "globalClipNorm": 0.05},
        {**ADAM, "learningRate": 0.01, "globalClipNorm": 1e-4},
        {**RMSPROP, "clipNorm": 0.03},
    ]
    penalized = [
        (plain, {"l1": 0.001, "l2": 0.0}),
        (plain, {"l1": 0.0, "l2": 0.01}),
        ({**plain, "globalClipNorm": 0.05}, {"l1": 0.002, "l2": 0.003}),
    ]
    activations = ["tanh", "sigmoid", "tanh", "linear"]
    wider = {"loss": 1e-6, "weights": 2e-6}
    steps = steps_file(
        [20, 12, 5, 12, 20], activations, "meanSquaredError", 16, 300, 1, wider, optimizers, penalized
    )
    write("optimizer-steps.json", steps, check)
    print("gradients")
    write("gradients.json", gradients_file(570, 4e-6), check)


if __name__ == "__main__":
    main()
