/** Plain JavaScript as a peer: what a loop over typed arrays reaches without any library. */
import { spiral } from "./plain-spiral.mjs";
import { step } from "./plain-step.mjs";
import { serve } from "./serve.mjs";

await serve({ step, spiral });
