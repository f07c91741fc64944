// The worker of the spiral's page: one run at a time, and the engines that runs calculate with.
import { Autoencoder, Engine, ShapeError, type Spiral, spiral } from "../../index.js";
import { errorText, serveWorker } from "../shared/channel.js";
import { engineReport } from "../shared/engineLine.js";
import { showTrace } from "../shared/lastSteps.js";
import { modelOptions } from "./model.js";
import type { FromWorker, ToWorker } from "./spiralMessages.js";
import { SpiralRun } from "./spiralRun.js";
import type { SpiralSettings } from "./spiralSettings.js";

const engines = new Map<SpiralSettings["math"], Promise<Engine>>();
let run: SpiralRun | undefined;
/** Ends when all that has been asked for is done: a new run waits for the end of the one before it. */
let queue: Promise<void> = Promise.resolve();

const failed = (error: unknown) => send({ kind: "error", message: errorText(error) });

const send = serveWorker<ToWorker, FromWorker>((message) => {
  // Not in the queue: it tells of what the page has done already.
  if (message.kind === "drawn") run?.drawn();
  else queue = queue.then(() => handle(message)).catch(failed);
}, failed);

async function handle(message: Exclude<ToWorker, { kind: "drawn" }>): Promise<void> {
  switch (message.kind) {
    case "begin": {
      const { settings } = message;
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
    case "stopEvery":
      return run?.stopEvery(message.epochs);
    case "save":
      return run?.save();
  }
}

/** An engine; kept, so that its workers are started once. */
function engineFor(math: SpiralSettings["math"]): Promise<Engine> {
  const known = engines.get(math);
  if (known) return known;
  const engine = Engine.create({ math });
  engines.set(math, engine);
  engine.then(showTrace, () => {});
  return engine;
}

/** @throws {FormatError} {ShapeError} when the file holds no model of points on a line */
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
    `${name} cannot be loaded: its model turns ${inputSize} values into ${latentSize}, but points on a spiral ` +
      "are 2 values and a place along it is 1",
  );
}

/** Puts a model in the place of the run that there is. */
async function begin(model: Autoencoder, settings: SpiralSettings, name?: string): Promise<void> {
  await run?.end();
  const { points: samples, noise, turns, seed, batchSize, epochs } = settings;
  const data: Spiral = spiral({ samples, noise, turns, seed });
  run = new SpiralRun(model, data, { batchSize, epochs }, send);
  send({
    kind: "begun",
    begun: {
      points: data.points.data,
      widths: widthsOf(model),
      parameters: model.parameterCount,
      engine: engineReport(model.engine),
      ...(name !== undefined && { name }),
    },
  });
  await run.begin();
}

function widthsOf({ description }: Autoencoder): number[] {
  const { inputSize, encoder, decoder } = description;
  const units = [...encoder, ...decoder].flatMap((layer) => (layer.kind === "dense" ? [layer.units] : []));
  return [inputSize, ...units];
}
