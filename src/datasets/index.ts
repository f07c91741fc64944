/**
 * Generated samples to try a model on.
 *
 * @module isthmus/datasets
 */
export { type Digits, type DigitsOptions, digits } from "./digits.js";
export { type ShapeName, type Shapes, type ShapesOptions, shapes } from "./shapes.js";
export { type Spiral, type SpiralOptions, spiral } from "./spiral.js";
