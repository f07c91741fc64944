// Loaded before the command (`node --import`): the second step of training begins and never ends. Says so on standard
// error. Training asks for a turn of the event loop whenever it looks at the clock, and one in the middle of the step is
// never given.
const TURN = 10;

let now = 0;
performance.now = () => {
  now += 12;
  return now;
};

let told = false;
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (text, ...rest) => {
  told ||= String(text).includes("Epoch 1/");
  return write(text, ...rest);
};

let turns = 0;
const giveTurn = setImmediate;
globalThis.setImmediate = (callback, ...rest) => {
  if (!told || ++turns < TURN) return giveTurn(callback, ...rest);
  process.stderr.write("the second step is running\n");
  return setInterval(() => {}, 1000);
};
