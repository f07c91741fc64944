import "./style.css";
import "./choices.css";
import "./network.css";
import "./reading.css";
import { problemText, readAddress, writeAddress } from "../shared/address.js";
import { startWorker } from "../shared/channel.js";
import { byId, setText } from "../shared/dom.js";
import { EngineText } from "../shared/engineLine.js";
import { foldOnNarrow } from "../shared/fold.js";
import { SettingsForm } from "../shared/form.js";
import { bindKeys } from "../shared/keys.js";
import { offerSpeeds } from "../shared/pace.js";
import { onThemeChange } from "../shared/pageColours.js";
import { Painter } from "../shared/painter.js";
import { grouped, showNumber, significant } from "../shared/showNumber.js";
import { statusOf } from "../shared/status.js";
import { explainTerms } from "../shared/whatIsThis.js";
import { isOrdered } from "../spiral/runSettings.js";
import type { Begun, FromWorker, ModelNumber, Phase, Snapshot, ToWorker } from "../spiral/spiralMessages.js";
import { Advancing } from "./advancing.js";
import { fillChoices, SPEEDS } from "./choices.js";
import { DataButtons } from "./dataButtons.js";
import { DrawTool } from "./drawTool.js";
import { LossLine } from "./lossLine.js";
import { NetworkView } from "./networkView.js";
import { NumberEditor } from "./numberEditor.js";
import { Planes } from "./planes.js";
import { showPresets } from "./presetCards.js";
import { runOf, SETTINGS, type StartSettings } from "./startSettings.js";
import { storyOf, varianceOf } from "./story.js";
import { UnitButtons } from "./unitButtons.js";
import { signed } from "./unitNames.js";
import type { Chosen } from "./unitTiles.js";

/** Fields of a heat map along each axis. */
const SIDE = 22;
/** The heat maps are drawn in so many parts, so that the page can answer in between. */
const PARTS = 4;
/** Where along the spiral the point lies that is followed at first. */
const FOLLOWED = 0.7;
/** Settings behind "More" that nothing else on the page shows. */
const MORE = ["penalty", "batchSize"] as const;

const button = (id: string) => byId(id, HTMLButtonElement);
const [train, step, reset] = [button("train"), button("step"), button("reset")];
const speed = byId("speed", HTMLSelectElement);
const status = statusOf(byId("story", HTMLElement), byId("alert", HTMLElement));
const worker = startWorker<ToWorker, FromWorker>("spiral/worker.js", receive, broken);
const loss = new LossLine(byId("loss-line", HTMLCanvasElement));
const pen = new DrawTool((drawing) => form.change({ drawing }));
const planes = new Planes(byId("input", HTMLCanvasElement), byId("output", HTMLCanvasElement), watch, pen);
const network = new NetworkView(byId("network", HTMLElement), point);
const painter = new Painter(
  [
    () => network.drawLines(),
    ...Array.from({ length: PARTS }, (_, part) => () => network.drawUnits(part, PARTS)),
    () => planes.drawInput(),
    () => planes.drawOutput(),
    () => loss.draw(),
  ],
  () => {
    worker.send({ kind: "drawn" });
    advancing.drawn(steps);
  },
);
explainTerms();
showPresets(byId("presets", HTMLElement));
fillChoices();
offerSpeeds(speed, pace, SPEEDS);
const form = new SettingsForm<StartSettings>(byId("settings", HTMLFormElement), SETTINGS, changed);
const setNumber = (number: ModelNumber, value: number) => worker.send({ kind: "number", ...number, value });
const numbers = new NumberEditor(byId("network", HTMLElement), network, {
  set: setNumber,
  changed: (number, before) => form.undoable(() => setNumber(number, before)),
});
const data = new DataButtons(byId("data-pictures", HTMLElement), (values) => form.change(values));
const engine = new EngineText(byId("engine-text", HTMLElement));
const units = new UnitButtons(byId("network", HTMLElement), (widths) => form.change(widths));
const advancing = new Advancing((steps) => {
  pace(0);
  worker.send({ kind: "advance", steps });
});
let phase: Phase | undefined;
/** Of the last snapshot. */
let steps = 0;
/** Of the points' coordinates. */
let variance = 0;
let chosen: Chosen | undefined;
/** The data of which a point is followed through the network. */
let followedIn = "";
/** Steps to train as soon as there is a model. */
let stepsWanted: number | undefined;

function receive(message: FromWorker): void {
  switch (message.kind) {
    case "begun":
      begin(message.begun);
      break;
    case "phase":
      enter(message.phase);
      break;
    case "snapshot":
      show(message.snapshot);
      break;
    case "error":
      status.fail(message.message);
  }
}

/** The worker has failed, so nothing can run any more. */
function broken(message: string): void {
  status.fail(`The page's worker has failed: ${message} Reload the page to continue.`);
  for (const one of [train, step, reset]) one.disabled = true;
}

function begin({ points, heldOut, widths }: Begun): void {
  const { values } = form;
  steps = 0;
  advancing.restart();
  loss.clear();
  planes.begin(points, heldOut);
  variance = varianceOf(points);
  pen.show(values);
  data.show(values);
  for (const element of Array.from(document.querySelectorAll<HTMLElement>(".of-held-out"))) {
    element.hidden = !heldOut;
  }
  byId("turns-choice", HTMLElement).hidden = values.data !== "spiral";
  byId("order", HTMLElement).hidden = !isOrdered(values);
  setText(byId("room", HTMLElement), values.code > 1 ? "two numbers" : "a single number");
  const now = `${values.data} ${values.turns} ${values.drawing === ""}`;
  if (now !== followedIn) {
    followedIn = now;
    const index = Math.floor((FOLLOWED * points.length) / 2);
    planes.probe = [points[2 * index]!, points[2 * index + 1]!];
    watch(planes.probe);
  }
  network.begin(widths);
  numbers.close();
  form.forget();
  units.show(values);
  for (const id of ["loss", "held-out-loss"]) showNumber(id, undefined, significant);
}

function enter(next: Phase): void {
  phase = next;
  setText(train, next === "training" ? "Pause" : "Train");
  train.disabled = next === "failed";
  step.disabled = next === "failed" || next === "training";
  reset.disabled = false;
  // For scripts.
  document.documentElement.dataset.phase = next;
  // After steps that were to be skipped.
  if (next === "paused") pace(Number(speed.value));
  if (next !== "ready" || stepsWanted === undefined) return;
  worker.send({ kind: "advance", steps: stepsWanted });
  stepsWanted = undefined;
}

function show(next: Snapshot): void {
  const { epoch, losses, heldOutLosses, correlation, anatomy } = next;
  steps = next.steps;
  for (const [of, values] of [
    ["training", losses],
    ["heldOut", heldOutLosses],
  ] as const) {
    values.forEach((value, index) => {
      loss.push(of, epoch - values.length + 1 + index, value);
    });
  }
  showNumber("epoch", epoch, grouped);
  if (losses.length > 0) showNumber("loss", losses.at(-1), significant);
  if (heldOutLosses.length > 0) showNumber("held-out-loss", heldOutLosses.at(-1), significant);
  showNumber("correlation", steps > 0 ? correlation : undefined, (value) =>
    value.toFixed(3).replace("-", "−"),
  );
  if (anatomy) {
    network.anatomy = anatomy;
    numbers.update();
  }
  planes.snapshot = next;
  showChosen();
  status.say(storyOf(next, form.values, variance));
  engine.show(next.engine, next.samplesPerSecond);
  painter.request();
}

/** Shows the chosen unit's outputs behind the points that go in. */
function showChosen(): void {
  const outputs = chosen && network.outputsOf(chosen);
  planes.behind = outputs;
  setText(byId("in-title", HTMLElement), outputs ? outputs.name : "In: 2 numbers");
  const hint = pen.active ? "draw your own points" : "drag to follow a point";
  const note = outputs ? `${signed(outputs.probe)} for the marked point` : hint;
  setText(byId("in-note", HTMLElement), note);
}

function point(next: Chosen | undefined): void {
  chosen = next;
  showChosen();
  planes.draw();
}

/** Has the worker tell about each unit, and what becomes of one input. */
function watch(probe: readonly [number, number]): void {
  worker.send({ kind: "watch", side: SIDE, probe });
}

function restart(undone = false): void {
  status.clear();
  const run = runOf(form.values);
  worker.send({ kind: "begin", settings: run, undone });
}

function changed(_: keyof StartSettings, undone: boolean): void {
  writeAddress(SETTINGS, form.values, false);
  const wasTraining = phase === "training";
  restart(undone);
  if (wasTraining) worker.send({ kind: "train" });
}

function pace(wait: number): void {
  worker.send({ kind: "pace", wait });
}

function beginFromAddress(): void {
  const wish = readAddress(SETTINGS, []);
  form.values = wish.values;
  stepsWanted = wish.steps;
  writeAddress(SETTINGS, wish.values, true);
  pace(wish.steps ? 0 : Number(speed.value));
  restart();
  // What a link asks for can be seen.
  if (MORE.some((name) => wish.values[name] !== SETTINGS[name].initial)) {
    byId("more", HTMLDetailsElement).open = true;
  }
  const problem = problemText(wish);
  if (problem) status.fail(problem);
}

train.addEventListener("click", () => worker.send({ kind: phase === "training" ? "pause" : "train" }));
step.addEventListener("click", () => worker.send({ kind: "advance", steps: 1 }));
reset.addEventListener("click", () => restart());
button("another").addEventListener("click", () => form.change({ seed: form.values.seed + 1 }));
button("more-layers").addEventListener("click", () => units.addLayer());
button("fewer-layers").addEventListener("click", () => units.removeLayer());
bindKeys(
  {
    " ": () => train.click(),
    s: () => step.click(),
    r: () => reset.click(),
    a: () => button("another").click(),
    u: () => button("undo").click(),
  },
  () => byId("keys", HTMLInputElement).checked,
);
foldOnNarrow();
onThemeChange(() => painter.request());
addEventListener("hashchange", beginFromAddress);
beginFromAddress();
