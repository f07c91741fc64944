/** A step of the convolutional autoencoders of the canon. */
import { measureNetworks, networkTables } from "./network.mjs";

export const id = "conv";
export const title = "A training step of convolutional autoencoders";
export const tables = networkTables;

export const measure = (context) => measureNetworks(["strided", "pooled", "series"], context);
