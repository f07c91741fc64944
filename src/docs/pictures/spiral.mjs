// The spiral's network while it trains, as a picture that moves: what the decoder draws, the codes, the loss.
import { Autoencoder, dense, Matrix, spiral } from "isthmus";
import { at, dots, line, picture } from "./theme.mjs";

const EPOCHS = 250;
/** Codes at which the decoder is asked: those of points, from the smallest to the largest. */
const STEPS = 84;
/** Every so many points have their code drawn. */
const EVERY = 5;
const SIDE = 280;
const [LEFT, TOP, GAP] = [30, 64, 45];
/** Seconds of the run, and then of its end. */
const [RUNS, RESTS] = [9, 3];

/** After which epochs a frame is drawn: most where the curve begins to bend. */
const FRAMES = [
  1,
  2,
  3,
  5,
  9,
  16,
  30,
  50,
  62,
  ...Array.from({ length: 20 }, (_, i) => 68 + 3 * i),
  130,
  140,
  155,
  175,
  210,
  EPOCHS,
];

/** @typedef {{ curve: Matrix, codes: Matrix, loss: number }} Frame */

/** Trains the network of the guide "Models", and looks at it after some epochs. */
async function train() {
  const { points } = spiral({ samples: 500, seed: 0 });
  const model = await Autoencoder.create({
    inputSize: 2,
    encoder: [dense(128, "relu"), dense(64, "relu"), dense(1, "linear", { initializer: "zeros" })],
    decoder: [dense(64, "tanh"), dense(128, "tanh"), dense(2)],
    scaling: "standard",
    engine: { math: "portable" },
  });
  /** @type {Frame[]} */
  const frames = [];
  const look = async () => {
    const codes = await model.encode(points);
    const sorted = codes.data.toSorted();
    const asked = Float32Array.from(
      { length: STEPS },
      (_, i) => sorted[Math.round((i * (sorted.length - 1)) / (STEPS - 1))],
    );
    const curve = await model.decode(new Matrix(asked, STEPS, 1));
    frames.push({ curve, codes, loss: (await model.evaluate(points)).loss });
  };
  for await (const { epoch } of model.train(points, { epochs: EPOCHS, batchSize: 25 })) {
    if (FRAMES.includes(epoch)) await look();
  }
  await model.dispose();
  return { points, frames };
}

/** An attribute that goes through a value for each frame. @param {string} name @param {readonly string[]} values */
function moving(name, values) {
  const total = RUNS + RESTS;
  const times = values
    .map((_, i) => at((100 * RUNS * i) / (values.length - 1) / total))
    .map((share) => Number(share) / 100);
  const [all, when] = [
    [...values, values.at(-1)],
    [...times, 1],
  ];
  return `<animate attributeName="${name}" dur="${total}s" repeatCount="indefinite" values="${all.join(";")}" keyTimes="${when.map((time) => Math.round(time * 1000) / 1000).join(";")}"/>`;
}

/** A box with a heading and a word below. @param {number} column @param {string} title @param {string} below @param {readonly string[]} parts */
function panel(column, title, below, parts) {
  return [
    `<g transform="translate(${LEFT + column * (SIDE + GAP)} ${TOP})"><text y="-24">${title}</text>`,
    `<rect class="axis" width="${SIDE}" height="${SIDE}" rx="4"/>`,
    ...parts,
    `<text class="muted" x="${SIDE / 2}" y="${SIDE + 22}" text-anchor="middle">${below}</text></g>`,
  ].join("\n");
}

/** The picture, as SVG. */
export async function drawSpiral() {
  const { points, frames } = await train();
  const place = (/** @type {number} */ x, /** @type {number} */ y) =>
    /** @type {const} */ ([12 + x * (SIDE - 24), SIDE - 12 - y * (SIDE - 24)]);
  const rows = (/** @type {Matrix} */ matrix) =>
    Array.from({ length: matrix.rows }, (_, i) => place(matrix.row(i)[0], matrix.row(i)[1]));

  const data = `<path class="first dot" stroke-width="4" stroke-opacity=".45" d="${dots(rows(points))}"/>`;
  const curves = frames.map(({ curve }) => line(rows(curve)));
  const curve = `<path class="second" stroke-width="3.5" stroke-linejoin="round" d="${curves.at(-1)}">${moving("d", curves)}</path>`;

  const shown = Array.from({ length: points.rows / EVERY }, (_, i) => i * EVERY);
  const coded = frames.map(({ codes }) => {
    const ranked = shown.toSorted((a, b) => codes.data[a] - codes.data[b]);
    return dots(shown.map((i, j) => place(j / (shown.length - 1), ranked.indexOf(i) / (shown.length - 1))));
  });
  const codes = `<path class="first dot" stroke-width="5" d="${coded.at(-1)}">${moving("d", coded)}</path>`;

  const most = Math.max(...frames.map(({ loss }) => loss));
  const losses = frames.map(({ loss }, i) => place(FRAMES[i] / EPOCHS, loss / most));
  const [xs, ys] = [0, 1].map((axis) => losses.map((point) => at(point[axis])));
  const loss =
    `<path class="first" stroke-width="2.5" stroke-linejoin="round" d="${line(losses)}"/>` +
    `<circle class="spot" r="6" cx="${xs.at(-1)}" cy="${ys.at(-1)}">${moving("cx", xs)}${moving("cy", ys)}</circle>`;

  const title = "An autoencoder learns to describe points on a spiral by one number";
  return picture(2 * LEFT + 3 * SIDE + 2 * GAP, TOP + SIDE + 40, title, [
    panel(0, "What the decoder draws", "500 points, and the curve of all codes", [data, curve]),
    panel(1, "The rank of each code", "along the spiral →", [codes]),
    panel(2, "Loss", `epoch 1 to ${EPOCHS} →`, [loss]),
  ]);
}
