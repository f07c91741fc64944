/** The parts of `train.py` that are the same for every run: processes, epochs, validation. */

export const PROCESSES = `
class GlobalSum(torch.autograd.Function):
    """The sum of a tensor over all processes. The gradient goes back to all of them."""

    @staticmethod
    def forward(context, x):
        total = x.clone(memory_format=torch.contiguous_format)
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(context, gradient):
        return GlobalSum.forward(context, gradient)`;

export const GLOBAL_MOMENTS = `
def global_moments(x):
    """Mean and variance of a batch over the rows of all processes, for batch normalization."""
    sums = GlobalSum.apply(torch.cat([x.sum(0), x.new_tensor([float(len(x))])]))
    mean = sums[:-1] / sums[-1]
    return mean, GlobalSum.apply((x - mean).square().sum(0)) / sums[-1]`;

export const RUN = `
class Run:
    """A training run: its state at the end of an epoch is a checkpoint."""

    def __init__(self, arguments, device):
        self.arguments, self.device = arguments, device
        self.rank, self.world = dist.get_rank(), dist.get_world_size()
        self.tensors, self.metadata = read_checkpoint(arguments.checkpoint)
        self.training = json.loads(self.metadata["training"])
        self.options, self.history = self.training["options"], self.training["history"]
        self.open_data()
        self.make_model()

    def open_data(self):
        names = ("scaling.offset", "scaling.scale")
        scaling = [self.tensors[name].numpy() for name in names] if names[0] in self.tensors else None
        self.data = Shards(self.arguments.data, SHAPE, scaling)
        # The command \`isthmus train\` shows the last ten samples afterwards, and does not train on them.
        choices = [self.data.rows, self.data.rows - min(10, self.data.rows // 10)]
        choices = [self.arguments.rows] if self.arguments.rows else choices
        trained = [int(rows * (1 - self.options["validationSplit"])) for rows in choices]
        before = self.options["rows"] or trained[0]
        if before not in trained:
            raise SystemExit(
                f"--data has {self.data.rows} samples, of which {trained[0]} are to train on, but the run has {before}; "
                "give the same files, or --rows, how many samples of them count"
            )
        self.rows, used = before, choices[trained.index(before)]
        self.held_out = (self.data, range(self.rows, used))
        if self.options["validates"] and not len(self.held_out[1]):
            if not self.arguments.validation:
                raise SystemExit("the run has validation data of its own: give them as --validation FILE")
            data = Shards(self.arguments.validation, SHAPE, scaling)
            self.held_out = (data, range(data.rows))

    def make_model(self):
        model = Autoencoder()
        others = ("optimizer.", "scaling.")
        weights = {name: value for name, value in self.tensors.items() if not name.startswith(others)}
        scaling = {name: value for name, value in model.state_dict().items() if name.startswith("scaling.")}
        model.load_state_dict({**weights, **scaling}, strict=True)
        for module in model.modules():
            if hasattr(module, "moments"):  # Batch normalization
                module.moments = global_moments
        self.objective = Objective(model.to(self.device))
        self.parallel = DistributedDataParallel(self.objective)
        self.named = [(name, value) for name, value in model.named_parameters() if value.requires_grad]
        self.parameters = [value for _, value in self.named]
        self.optimizer, steps = make_optimizer(self.parameters), self.training["steps"]
        for name, value in self.named:
            slots = {own: self.tensors[f"optimizer.{slot}.{name}"].to(self.device) for slot, own in SLOTS.items()}
            self.optimizer.state[value] = {**initial_state(steps), **slots}
        if PLATEAU:
            PLATEAU.state = self.training["learningRate"]

    def epochs(self, total):
        while len(self.history["loss"]) < total:
            self.epoch(len(self.history["loss"]) + 1, total)

    def epoch(self, number, total):
        begun, training = time.perf_counter(), self.training
        sums = self.train()
        losses = (sums / self.rows).tolist()
        seconds = time.perf_counter() - begun
        validation = self.validate() if self.options["validates"] else None
        if not all(map(math.isfinite, losses + (validation or []))):
            raise SystemExit(f"the loss stopped being finite in epoch {number}; the file before it is kept")
        if PLATEAU:
            PLATEAU.end_epoch(losses[0] if PLATEAU.monitor == "loss" else validation[0])
            training["learningRate"] = PLATEAU.state
        self.record(losses, validation, seconds)
        training["epochs"] += 1
        self.options["epochs"] = max(self.options["epochs"], total)
        self.save()
        if self.rank == 0:
            measured = "" if validation is None else f", validation loss {validation[0]:.6g}"
            print(f"epoch {number}/{total}  loss {losses[0]:.6g}{measured}  {seconds:.2f} s", flush=True)

    def train(self):
        """Trains for one epoch. Returns the sums of all processes."""
        seed, lived = SEED, self.training["epochs"]
        shuffled = self.options["shuffle"] and not self.arguments.no_shuffle
        order = self.data.order(self.rows, [seed, lived] if shuffled else None)
        torch.manual_seed(int(np.random.SeedSequence([seed, lived, self.rank]).generate_state(1)[0]))
        sums = torch.zeros(3 + len(self.options["metrics"]), dtype=torch.float64, device=self.device)
        self.parallel.train()
        for rows, samples in self.data.batches(order, self.options["batchSize"], self.rank, self.world):
            self.training["steps"] += 1
            set_step(self.optimizer, self.training["steps"])
            part, measured = self.parallel(samples.to(self.device), rows, self.training["steps"])
            self.optimizer.zero_grad()
            # Gradients become means over the processes, but the loss is the sum of their parts.
            (part * self.world).backward()
            clip(self.parameters)
            self.optimizer.step()
            sums += measured
        dist.all_reduce(sums)
        return sums

    @torch.no_grad()
    def validate(self):
        """Loss of the validation data, then the metrics."""
        data, rows = self.held_out
        self.objective.eval()
        if self.objective.variational:
            # Codes are drawn here as well.
            self.objective.model.encoder[-1].train()
        total, codes, size = 0, None, self.options["batchSize"]
        for _, samples in data.batches(np.asarray(rows), size, self.rank, self.world):
            sums, activations = self.objective.measure(samples.to(self.device))
            total = total + sums.double()
            codes = activations if codes is None else codes + activations
        dist.all_reduce(total)
        if codes is not None:
            dist.all_reduce(codes)
            codes = codes / len(rows)
        losses, divergences, activities, *metrics = (total / len(rows)).tolist()
        loss = losses + self.objective.divergence_weight(math.inf) * divergences + activities
        return [loss + float(self.objective.penalties(codes)), *metrics]

    def record(self, losses, validation, seconds):
        loss, reconstruction, divergence, *metrics = losses
        history = self.history
        history["loss"].append(loss)
        history["seconds"].append(seconds)
        if self.objective.variational:
            history["reconstructionLoss"].append(reconstruction)
            history["klLoss"].append(divergence)
        for name, value in zip(self.options["metrics"], metrics):
            history["metrics"][name].append(value)
        if validation:
            history["valLoss"].append(validation[0])
            for name, value in zip(self.options["metrics"], validation[1:]):
                history["valMetrics"][name].append(value)

    def save(self):
        """Writes the checkpoint, by one of the processes."""
        if self.rank > 0:
            return
        weights = self.objective.model.state_dict().items()
        tensors = {**self.tensors, **{name: value for name, value in weights if not name.startswith("scaling.")}}
        for name, value in self.named:
            for slot, own in SLOTS.items():
                tensors[f"optimizer.{slot}.{name}"] = self.optimizer.state[value][own]
        write_checkpoint(self.arguments.out, tensors, {**self.metadata, "training": json.dumps(self.training)})`;

export const MAIN = `
def arguments_of(description, words=None):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", required=True, help="NPY, IDX or Parquet files, in this order")
    parser.add_argument("--rows", type=int, help="use only the first samples")
    parser.add_argument("--validation", nargs="+", help="files of validation data, for a run that had its own")
    parser.add_argument("--epochs", type=int, help="epochs of the whole run; default: as many as it was to have")
    parser.add_argument("--no-shuffle", action="store_true", help="take samples in the order of the files")
    parser.add_argument("--checkpoint", default=HERE / "checkpoint.safetensors", help="where to go on from")
    parser.add_argument("--out", default="continued.safetensors", help="the checkpoint to write after each epoch")
    return parser.parse_args(words)


def train(arguments, device):
    """Trains in this process, one of several that know each other (torch.distributed)."""
    torch.backends.cudnn.allow_tf32 = False
    run = Run(arguments, device)
    run.epochs(arguments.epochs or run.options["epochs"])
    return run


def main():
    arguments = arguments_of(__doc__)
    if "LOCAL_RANK" not in os.environ:
        raise SystemExit("start it with torchrun: torchrun --nproc-per-node 2 train.py --data FILE")
    device = torch.device("cpu")
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        train(arguments, device)
    finally:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()`;
