/** A step of the sequence autoencoder of the canon. */
import { measureNetworks, networkTables } from "./network.mjs";

export const id = "sequence";
export const title = "A training step of a sequence autoencoder";
export const tables = networkTables;

export const measure = (context) => measureNetworks(["lstm"], context);
