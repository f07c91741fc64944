/** `checkpoint.py` of a run: reads and writes checkpoints as src/saving/checkpoint.ts and checksum.ts do. */
export const CHECKPOINT_PROGRAM = `"""
Checkpoints of Isthmus: safetensors files with the weights by their names, \`scaling.offset\` and \`scaling.scale\` in
float64, the optimizer's values as \`optimizer.SLOT.NAME\`, and in the metadata \`isthmus\` (the model as JSON), \`training\`
(steps, epochs, history and options as JSON) and a checksum.
"""

import json
import os
import zlib

from safetensors import safe_open
from safetensors.torch import save_file

CHECKSUM = "isthmus.checksum"
DTYPES = {"torch.float32": "F32", "torch.float64": "F64"}


def read_checkpoint(path):
    """Tensors by their names, and the metadata."""
    with safe_open(path, "pt") as file:
        metadata = file.metadata() or {}
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    if "training" not in metadata:
        raise SystemExit(f"{path} is no checkpoint of Isthmus")
    return tensors, metadata


def write_checkpoint(path, tensors, metadata):
    """Writes a whole file or none."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    save_file(tensors, f"{path}.part", {**metadata, CHECKSUM: checksum(tensors, metadata)})
    os.replace(f"{path}.part", path)


def checksum(tensors, metadata):
    """
    The CRC-32 of a heading and of all data, little-endian. The heading is JSON without spaces: [key, text] of the
    metadata that describe the tensors, then [name, type, shape] of each tensor; both sorted, the data like the names.
    """
    covered = lambda key: key in ("isthmus", "training") or key.startswith("isthmus.") and key != CHECKSUM
    by_code_units = lambda text: text.encode("utf-16-be")
    names = sorted(tensors, key=by_code_units)
    heading = [[key, metadata[key]] for key in sorted(filter(covered, metadata), key=by_code_units)]
    heading += [[name, DTYPES[str(tensors[name].dtype)], list(tensors[name].shape)] for name in names]
    crc = zlib.crc32(json.dumps(heading, separators=(",", ":"), ensure_ascii=False).encode())
    for name in names:
        crc = zlib.crc32(tensors[name].numpy().tobytes(), crc)
    return f"crc32:{crc:08x}"
`;
