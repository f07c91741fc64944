"""Checks every model of a folder with onnx, and runs it with onnxruntime.

Beside NAME.onnx stands NAME.json: {"inputs": {name: {type, shape, data}}, "outputs": {name: data}}. Prints a list of
{"name", "error"} or {"name", "differences": {output: largest}, "nodes": count}.
"""

import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime

TYPES = {"float": numpy.float32, "double": numpy.float64, "string": object}


def check(path):
    case = json.loads(path.with_suffix(".json").read_text())
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    feeds = {
        name: numpy.array(given["data"], TYPES[given["type"]]).reshape(given["shape"])
        for name, given in case["inputs"].items()
    }
    names = [output.name for output in session.get_outputs()]
    assert sorted(names) == sorted(case["outputs"]), f"outputs {names}"
    differences = {}
    for name, values in zip(names, session.run(names, feeds)):
        wanted = numpy.array(case["outputs"][name], numpy.float64).reshape(values.shape)
        given = values.astype(numpy.float64)
        same = given == wanted
        differences[name] = float(numpy.max(numpy.where(same, 0, numpy.abs(given - wanted)), initial=0))
    # The batch is dynamic: one row alone, and the shapes that the model promises.
    for output, values in zip(session.get_outputs(), session.run(names, {k: v[:1] for k, v in feeds.items()})):
        assert output.shape[0] == "batch" and values.shape[0] == 1, f"{output.name} of one row is {values.shape}"
        assert list(values.shape[1:]) == output.shape[1:], f"{output.name} is {values.shape}, not {output.shape}"
    return {"differences": differences, "nodes": len(model.graph.node)}


def main(folder):
    results = []
    for path in sorted(pathlib.Path(folder).glob("*.onnx")):
        try:
            results.append({"name": path.stem, **check(path)})
        except Exception as error:
            results.append({"name": path.stem, "error": f"{type(error).__name__}: {error}"})
    print(json.dumps(results))


main(sys.argv[1])
