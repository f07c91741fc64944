// `isthmus/datasets`: samples to try a model on, made from a seed.
export { type Digits, type DigitsOptions, digits } from "./digits.js";
export { type Spiral, type SpiralOptions, spiral } from "./spiral.js";
