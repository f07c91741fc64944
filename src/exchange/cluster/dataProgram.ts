/** `data.py` of a run: samples in files, of which a process reads only the rows that it needs. */
export const DATA_PROGRAM = `"""
Samples in NPY, IDX and Parquet files. A process reads only the rows that it needs: NPY and IDX files are mapped into
memory, and of a Parquet file one row group at a time is read.
"""

from concurrent.futures import ThreadPoolExecutor
from math import prod

import numpy as np
import torch

BYTE_VALUES = (np.arange(256) / 255).astype(np.float32)
IDX_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


class MappedFile:
    """An NPY or IDX file. Rows can be taken in any order."""

    def __init__(self, path):
        self.array = np.load(path, mmap_mode="r") if str(path).endswith(".npy") else mapped_idx(path)
        self.rows, self.size = len(self.array), prod(self.array.shape[1:])
        self.blocks = None

    def take(self, rows):
        return self.array[rows].reshape(len(rows), -1)


def mapped_idx(path):
    with open(path, "rb") as file:
        magic = file.read(4)
        if len(magic) < 4 or magic[:2] != b"\\0\\0" or magic[2] not in IDX_TYPES:
            raise SystemExit(f"{path} is no NPY, Parquet or unpacked IDX file")
        shape = tuple(np.frombuffer(file.read(4 * magic[3]), ">u4").astype(int))
    return np.memmap(path, IDX_TYPES[magic[2]], "r", 4 + 4 * magic[3], shape)


class ParquetFile:
    """Numbers in columns, or all of a sample in one column of lists. Needs pyarrow."""

    def __init__(self, path):
        from pyarrow import parquet

        self.file = parquet.ParquetFile(path)
        metadata = self.file.metadata
        self.blocks = [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]
        self.rows, self.ends = metadata.num_rows, np.cumsum(self.blocks)
        self.held = (None, None)
        self.size = self.group(0).shape[1]

    def group(self, index):
        """The numbers of a row group; the last one stays in memory."""
        if self.held[0] != index:
            columns = [column.combine_chunks() for column in self.file.read_row_group(index).columns]
            lists = len(columns) == 1 and hasattr(columns[0], "flatten") and hasattr(columns[0].type, "value_type")
            numbers = columns[0].flatten().to_numpy(False).reshape(len(columns[0]), -1) if lists else np.stack(
                [column.to_numpy(zero_copy_only=False) for column in columns], axis=1)
            self.held = (index, numbers)
        return self.held[1]

    def take(self, rows):
        groups = np.searchsorted(self.ends, rows, side="right")
        taken = np.empty((len(rows), self.size), self.held[1].dtype)
        for index in np.unique(groups):
            chosen = groups == index
            taken[chosen] = self.group(index)[rows[chosen] - (self.ends[index] - self.blocks[index])]
        return taken


class Shards:
    """The rows of several files, one after the other, scaled as the model wants them."""

    def __init__(self, paths, shape, scaling=None):
        self.shape, self.scaling = shape, scaling
        self.files = [(ParquetFile if str(path).endswith(".parquet") else MappedFile)(path) for path in paths]
        for path, file in zip(paths, self.files):
            if file.size != prod(shape):
                raise SystemExit(f"{path} has samples of {file.size} values, but the model's have {prod(shape)}")
        self.ends = np.cumsum([file.rows for file in self.files])
        self.rows = int(self.ends[-1])

    def take(self, rows):
        """Samples by their indices, a float32 tensor [len(rows), *shape]."""
        which = np.searchsorted(self.ends, rows, side="right")
        taken = np.empty((len(rows), prod(self.shape)), np.float32)
        for index in np.unique(which):
            chosen = which == index
            values = self.files[index].take(rows[chosen] - (self.ends[index] - self.files[index].rows))
            values = BYTE_VALUES[values] if values.dtype == np.uint8 else values
            if self.scaling:
                offset, scale = self.scaling
                values = (values.astype(np.float64) - offset) / scale
            taken[chosen] = values
        return torch.from_numpy(taken).reshape(-1, *self.shape)

    def order(self, rows, seed=None):
        """
        The order of the first \`rows\` rows in an epoch: that of the files, or shuffled if there is a seed (a list of
        integers). Mapped files are shuffled as a whole. With Parquet files row groups change places, and rows within
        their group, so that each group is read about once.
        """
        if seed is None:
            return np.arange(rows)
        random = np.random.default_rng(seed)
        if all(file.blocks is None for file in self.files):
            return random.permutation(rows)
        ends = np.cumsum([block for file in self.files for block in file.blocks or [file.rows]])
        starts = np.minimum(np.concatenate([[0], ends[:-1]]), rows)
        ends = np.minimum(ends, rows)
        shuffled = random.permutation(len(ends))
        return np.concatenate([starts[at] + random.permutation(ends[at] - starts[at]) for at in shuffled])

    def batches(self, order, size, rank, world):
        """Number of samples of each batch, and this process's part of it; the next part is read meanwhile."""
        parts = []
        for first in range(0, len(order), size):
            batch = order[first : first + size]
            parts.append((len(batch), batch[len(batch) * rank // world : len(batch) * (rank + 1) // world]))
        with ThreadPoolExecutor(1) as reader:
            following = reader.submit(self.take, parts[0][1])
            for index, (count, _) in enumerate(parts):
                samples = following.result()
                if index + 1 < len(parts):
                    following = reader.submit(self.take, parts[index + 1][1])
                yield count, samples
`;
