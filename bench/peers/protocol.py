"""The child's side of the peer protocol (see serve.mjs) for the peers written in Python."""
import ctypes
import json
import os
import re
import sys
import time
import traceback

LEARNING_RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-7  # Keras's defaults


class Unavailable(Exception):
    """The peer cannot run here; answered as `ready: false`."""


def count(request, name, minimum=1):
    """`request[name]` as a whole number of at least `minimum`; ValueError says what came instead."""
    value = request.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < minimum:
        raise ValueError(f"{name}: got {value!r}, wanted a whole number of at least {minimum}")
    return value


def choice(request, name, allowed):
    """`request[name]`, one of `allowed`; absent, the first of them."""
    value = request.get(name) or allowed[0]
    if value not in allowed:
        raise ValueError(f"{name}: got {value!r}, wanted {' or '.join(allowed)}")
    return value


def step_sizes(request):
    """(samples, features, latent, batch, seed) of a step request, checked."""
    samples, features, latent, batch = (count(request, n) for n in ("samples", "features", "latent", "batch"))
    if batch > samples:
        raise ValueError(f"batch: got {batch}, wanted at most the {samples} samples")
    return samples, features, latent, batch, count(request, "seed", 0)


def time_steps(step, request):
    """Runs `step()`, which returns the loss, as often as the request says: ms of each, and the last loss."""
    milliseconds = []
    loss = None
    for _ in range(count(request, "steps")):
        start = time.perf_counter()
        loss = step()
        milliseconds.append((time.perf_counter() - start) * 1e3)
    return {"ms": milliseconds, "loss": float(loss)}


def shuffled_batches(samples, batch, permutation):
    """Endless row numbers: `permutation()` anew every epoch, the last batch of each as short as it comes."""
    while True:
        order = permutation()
        for start in range(0, samples, batch):
            yield order[start : start + batch]


# What OpenBLAS falls back to on a processor it does not know: SSE3 at best.
BASELINE_CORES = {"Prescott", "Core2", "Generic", "Unknown", "Katmai", "Coppermine", "Northwood", "Banias"}


def blas_in_use():
    """(description, warning or None) of the BLAS loaded into this process; call it after a matrix product."""
    try:
        with open("/proc/self/maps") as maps:
            files = {os.path.realpath(line.split(maxsplit=5)[-1].strip()) for line in maps if "/" in line}
    except OSError:
        return "BLAS unknown", None
    # Debian's OpenBLAS is a libblas.so.3 in a folder of OpenBLAS's name; everybody else's says so in the file name.
    openblas = [path for path in sorted(files) if re.search(r"openblas[^/]*$|/openblas[^/]*/libblas[^/]*$", path)]
    if openblas:
        core = next(filter(None, map(openblas_core, openblas)), None)
        warning = f"OpenBLAS picked its {core} kernels: set OPENBLAS_CORETYPE" if core in BASELINE_CORES else None
        return f"OpenBLAS ({core} kernels)" if core else "OpenBLAS", warning
    names = {os.path.basename(path).lower() for path in files}
    for mark, name in (("libmkl", "MKL"), ("blis", "BLIS"), ("atlas", "ATLAS")):
        if any(mark in file for file in names):
            return name, None
    if any(file.startswith("libblas.so") for file in names):
        return "reference BLAS", "runs on the unoptimized reference BLAS: install OpenBLAS for figures that count"
    return "BLAS built in", None


def openblas_core(path):
    """Name of the kernels that a loaded OpenBLAS chose, or None where it does not say."""
    library = ctypes.CDLL(path)
    for symbol in ("openblas_get_corename", "openblas_get_corename64_", "scipy_openblas_get_corename64_"):
        if hasattr(library, symbol):
            get = getattr(library, symbol)
            get.restype = ctypes.c_char_p
            return get().decode()
    return None


def resident_bytes():
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def peak_resident_bytes():
    """Linux hands a process's largest size on to what it starts; the kernel's own account of this one does not."""
    try:
        with open("/proc/self/status") as status:
            return 1024 * int(re.search(r"^VmHWM:\s*(\d+) kB$", status.read(), re.M)[1])
    except OSError:
        return resident_bytes()


def serve(workloads):
    """Answers requests until `exit` or the end of stdin.

    workloads: for each workload's name `prepare(request) -> (facts, run)`: facts are name, version, details
    (and warning); run(request) does the work and returns the answer.
    """
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints belongs to stderr
    run = None
    started = resident_bytes()
    for line in sys.stdin:
        if not line.strip():
            continue
        reply = None
        try:
            request = json.loads(line)
            op = request.get("op")
            if op == "setup":
                run = None
                facts, run = setup(workloads, request)
                reply = facts
            elif op == "run":
                if run is None:
                    raise RuntimeError("run: came before a successful setup")
                reply = run(request)
            elif op == "memory":
                reply = {"rss": resident_bytes(), "peak": peak_resident_bytes(), "started": started}
            elif op == "exit":
                reply = {"exiting": True}
            else:
                raise ValueError(f"op: got {op!r}, wanted setup, run, memory or exit")
        except Exception as error:
            traceback.print_exc()
            reply = {"error": str(error) or type(error).__name__}
        answers.write(json.dumps(reply) + "\n")
        if "exiting" in reply:
            break


def setup(workloads, request):
    prepare = workloads.get(request.get("workload"))
    if prepare is None:
        return {"ready": False, "reason": f"workload {request.get('workload')!r} is not offered here"}, None
    try:
        facts, run = prepare(request)
    except (Unavailable, ImportError) as error:
        return {"ready": False, "reason": str(error)}, None
    return {"ready": True, **{key: value for key, value in facts.items() if value is not None}}, run
