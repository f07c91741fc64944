"""Arrays that Python and TypeScript rebuild from a few integers, to the bit (formula in README.md)."""
from dataclasses import dataclass

import numpy as np

MASK = 0xFFFFFFFF


def fmix32(h):
    """The 32-bit finalizer of MurmurHash3 (Austin Appleby, public domain) of a Python int."""
    h ^= h >> 16
    h = (h * 0x85EBCA6B) & MASK
    h ^= h >> 13
    h = (h * 0xC2B2AE35) & MASK
    return h ^ (h >> 16)


def _fmix32_array(h):
    """The same of every u32 in a uint64 array; a product of two u32 fits, so nothing wraps unmasked."""
    mask = np.uint64(MASK)
    h = h ^ (h >> np.uint64(16))
    h = (h * np.uint64(0x85EBCA6B)) & mask
    h = h ^ (h >> np.uint64(13))
    h = (h * np.uint64(0xC2B2AE35)) & mask
    return h ^ (h >> np.uint64(16))


def hashed_uniform(tag, count, low, high):
    """`count` float32 values in [low, high], a function of (tag, index) alone."""
    index = np.arange(count, dtype=np.uint64)
    weyl = index * np.uint64(0x9E3779B9) + np.uint64(fmix32(tag))
    hashes = _fmix32_array(weyl & np.uint64(MASK))
    unit = (hashes >> np.uint64(8)).astype(np.float64) * 2.0**-24
    return (low + (high - low) * unit).astype(np.float32)


def checksum(values):
    """u32 over the bit patterns of a float32 array, in order."""
    bits = np.ascontiguousarray(values, dtype=np.float32).reshape(-1).view(np.uint32)
    state = bits.size & MASK
    for word in bits.tolist():
        state = fmix32(state ^ word)
    return state


@dataclass(frozen=True)
class HashedTensor:
    """The recipe of one array: everything that is needed to rebuild it."""

    name: str
    shape: tuple
    tag: int
    low: float
    high: float

    def build(self):
        """The array, float32, row-major."""
        return hashed_uniform(self.tag, int(np.prod(self.shape)), self.low, self.high).reshape(self.shape)

    def to_json(self):
        values = self.build()
        return {
            "name": self.name,
            "shape": list(self.shape),
            "tag": self.tag,
            "low": self.low,
            "high": self.high,
            "checksum": checksum(values),
            "first": [float(f"{v:.9g}") for v in values.reshape(-1)[:4].tolist()],
        }
