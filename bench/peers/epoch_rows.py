"""The rows of the epoch workload: bytes in memory, shuffled, or in a mapped file, block by block in random order."""
from protocol import choice, count


def epoch_request(request):
    """(features, latent, batch) of an epoch request, checked."""
    return tuple(count(request, name) for name in ("features", "latent", "batch"))


def byte_batches(np, request, random):
    """(how, epoch): what is done, in words, and a function that gives an iterator over one epoch's batches of bytes."""
    batch = count(request, "batch")
    if choice(request, "from", ["memory", "file"]) == "memory":
        data = np.load(request["path"])
        def epoch():
            order = random.permutation(len(data))
            return (np.take(data, order[i : i + batch], axis=0) for i in range(0, len(data), batch))
        return "bytes in memory, or in a mapped file block by block", epoch
    data = np.load(request["path"], mmap_mode="c")  # never written to; read-only arrays make PyTorch warn
    def epoch():
        starts = random.permutation(range(0, len(data), batch))
        return (data[i : i + batch] for i in starts)
    return "bytes in memory, or in a mapped file block by block", epoch


def time_epoch(time, batches, step):
    """Runs `step(batch)` for every batch: ms of all, and the last loss."""
    start = time.perf_counter()
    for batch in batches:
        loss = step(batch)
    return {"ms": (time.perf_counter() - start) * 1e3, "loss": float(loss)}
