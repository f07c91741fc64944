"""Detectors of PyOD and scikit-learn on tables with labels, on one thread, with their defaults.

    python pyod_peers.py SEEDS TABLE.csv …

Prints one line of JSON for each: {"versions": …} first, then {"peer", "table", "seed", "rocAuc", "seconds"}. Everything is
fitted on all rows without their labels; the seconds are those of fitting and scoring. Columns are standardized by the
AutoEncoder itself; the others need no scaling.
"""
import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy  # noqa: E402
import pyod  # noqa: E402
import sklearn  # noqa: E402
import torch  # noqa: E402
from pyod.models.auto_encoder import AutoEncoder  # noqa: E402
from pyod.models.ecod import ECOD  # noqa: E402
from sklearn.ensemble import IsolationForest  # noqa: E402
from sklearn.metrics import roc_auc_score  # noqa: E402


def auto_encoder(samples, seed):
    return AutoEncoder(random_state=seed, verbose=0, device="cpu").fit(samples).decision_scores_


def ecod(samples, seed):
    return ECOD().fit(samples).decision_scores_


def isolation_forest(samples, seed):
    return -IsolationForest(random_state=seed).fit(samples).score_samples(samples)


PEERS = {"PyOD AutoEncoder": auto_encoder, "PyOD ECOD": ecod, "scikit-learn IsolationForest": isolation_forest}


def say(line):
    answers.write(json.dumps(line) + "\n")


answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # whatever a library prints belongs to stderr
torch.set_num_threads(1)
say({"versions": f"PyOD {pyod.__version__}, PyTorch {torch.__version__}, scikit-learn {sklearn.__version__}"})
warm = numpy.random.default_rng(0).normal(size=(64, 4))
for detect in PEERS.values():
    detect(warm, 0)
for file in sys.argv[2:]:
    table = numpy.loadtxt(file, delimiter=",", skiprows=1)
    samples, labels = table[:, :-1], table[:, -1]
    for peer, detect in PEERS.items():
        # ECOD has nothing random.
        for seed in range(1 if detect is ecod else int(sys.argv[1])):
            start = time.perf_counter()
            scores = detect(samples, seed)
            seconds = time.perf_counter() - start
            auc = float(roc_auc_score(labels, scores))
            say({"peer": peer, "table": os.path.basename(file), "seed": seed, "rocAuc": auc, "seconds": seconds})
