// The worker of the spiral page: one run at a time, and the engines for it.
import { Autoencoder, Engine, ShapeError } from "../../index.js";
import { errorText, serveWorker } from "../shared/channel.js";
import { engineReport } from "../shared/engineLine.js";
import { showTrace } from "../shared/lastSteps.js";
import { modelOptions, settingsOf } from "./model.js";
import { pointsOf } from "./runPoints.js";
import type { RunSettings } from "./runSettings.js";
import type { Begun, FromWorker, ToWorker } from "./spiralMessages.js";
import { type Following, SpiralRun } from "./spiralRun.js";

const engines = new Map<RunSettings["math"], Promise<Engine>>();
const following: Following = { wait: 0 };
/** A run with what the page was told of it. */
interface Shown {
  readonly run: SpiralRun;
  readonly settings: RunSettings;
  readonly begun: Begun;
}

let shown: Shown | undefined;
/** The run before the last change of a setting, paused. */
let before: Shown | undefined;
/** Resolves when all requests so far are done. A new run waits for the end of the one before it. */
let queue: Promise<void> = Promise.resolve();

const failed = (error: unknown) => send({ kind: "error", message: errorText(error) });

const send = serveWorker<ToWorker, FromWorker>((message) => {
  // Not in the queue, because it reports what the page has already done.
  if (message.kind === "drawn") shown?.run.drawn();
  // At once, even while a run is being prepared, so that its first snapshot is as the page wants it.
  else if (message.kind === "pace") following.wait = message.wait;
  else if (message.kind === "watch") {
    following.watch = message;
    shown?.run.show();
  } else queue = queue.then(() => handle(message)).catch(failed);
}, failed);

async function handle(message: Exclude<ToWorker, { kind: "drawn" | "pace" | "watch" }>): Promise<void> {
  const run = shown?.run;
  switch (message.kind) {
    case "begin": {
      const { settings, undone } = message;
      if (undone && before && same(before.settings, settings)) return goBack(before);
      const engine = await engineFor(settings.math);
      return begin(await Autoencoder.create({ ...modelOptions(settings), engine }), settings);
    }
    case "load":
      return begin(await modelOf(message), message.settings, message.name);
    case "train":
      return run?.train();
    case "pause":
      return run?.pause();
    case "step":
      return run?.step();
    case "advance":
      return run?.advance(message.steps);
    case "stopEvery":
      return run?.stopEvery(message.epochs);
    case "save":
      return run?.save();
    case "number":
      return run?.setNumber(message);
  }
}

/** The engine for an arithmetic. It is kept, so that its workers start only once. */
function engineFor(math: RunSettings["math"]): Promise<Engine> {
  const known = engines.get(math);
  if (known) return known;
  const engine = Engine.create({ math });
  engines.set(math, engine);
  engine.then(showTrace, () => {});
  return engine;
}

/** @throws {FormatError} {ShapeError} unless the file is a model from two values to one */
async function modelOf({ bytes, settings, name }: Extract<ToWorker, { kind: "load" }>): Promise<Autoencoder> {
  const model = await Autoencoder.fromSafetensors(bytes, { engine: await engineFor(settings.math) }).catch(
    (error: unknown) => {
      throw new Error(`${name} cannot be loaded: ${errorText(error)}`, { cause: error });
    },
  );
  const { inputSize, latentSize } = model;
  if (inputSize === 2 && latentSize === 1) return model;
  await model.dispose();
  throw new ShapeError(
    `${name} cannot be loaded: its model encodes ${inputSize} values as ${latentSize}, but this page needs a model that ` +
      "encodes 2 values as 1",
  );
}

function same(one: RunSettings, other: RunSettings): boolean {
  // When training stops by itself is no part of what it learns.
  return JSON.stringify({ ...one, epochs: 0 }) === JSON.stringify({ ...other, epochs: 0 });
}

/** Ends the current run, or keeps it in case that the change of its settings is taken back. */
async function leave(settings: RunSettings): Promise<void> {
  if (!shown) return;
  const { run } = shown;
  if (run.worthKeeping && !same(shown.settings, settings)) {
    await before?.run.end();
    run.hide();
    before = shown;
  } else await run.end();
  shown = undefined;
}

/** Shows the run before the last change again, with all that it has learnt. */
async function goBack(kept: Shown): Promise<void> {
  await shown?.run.end();
  before = undefined;
  shown = kept;
  send({ kind: "begun", begun: kept.begun });
  kept.run.showAgain();
}

/** Replaces the current run with a new one. */
async function begin(model: Autoencoder, settings: RunSettings, name?: string): Promise<void> {
  await leave(settings);
  const { batchSize, epochs } = settings;
  const { training, heldOut } = pointsOf(settings);
  const run = new SpiralRun(model, training, { batchSize, epochs, following, heldOut }, send);
  const begun: Begun = {
    points: training.points.data,
    ...(heldOut && { heldOut: heldOut.data }),
    widths: widthsOf(model),
    parameters: model.parameterCount,
    engine: engineReport(model.engine),
    ...(name !== undefined && { name, loaded: settingsOf(model) }),
  };
  shown = { run, settings, begun };
  send({ kind: "begun", begun });
  await run.begin();
}

function widthsOf({ description }: Autoencoder): number[] {
  const { inputSize, encoder, decoder } = description;
  const units = [...encoder, ...decoder].flatMap((layer) => (layer.kind === "dense" ? [layer.units] : []));
  return [inputSize, ...units];
}
