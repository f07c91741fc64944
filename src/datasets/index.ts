// `isthmus/datasets`: generated samples to try a model on.
export { type Digits, type DigitsOptions, digits } from "./digits.js";
export { type Spiral, type SpiralOptions, spiral } from "./spiral.js";
