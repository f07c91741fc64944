/** A step of dense autoencoders, from narrow to wide. */
import { isthmus, peers } from "../contestants.mjs";
import { measureNetworks, networkTables } from "./network.mjs";

export const id = "dense";
export const title = "A training step of dense autoencoders";
export const tables = networkTables;

export const DENSE = ["narrow", "deep", "middle", "wide", "widest"];

/** Isthmus and the peers whose dense layers are fast, with one thread and two. */
export function denseContestants() {
  const wanted = ["torch", "torch-compiled", "jax-cpu"];
  const others = peers("network", [1, 2]).filter(({ peer }) => wanted.includes(peer.id));
  return [...isthmus([1, 2], ["fast", "turbo"]), ...others];
}

export const measure = (context) => measureNetworks(DENSE, context, denseContestants());
