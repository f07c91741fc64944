/** Isthmus in a process of its own, behind the protocol of the peers (see peers/serve.mjs). */
import { serve } from "../peers/serve.mjs";
import { epoch } from "./epoch.mjs";
import { gemm } from "./gemm.mjs";
import { growth } from "./growth.mjs";
import { inference } from "./inference.mjs";
import { network } from "./network.mjs";
import { spiral } from "./spiral.mjs";
import { step } from "./step.mjs";

await serve({ step, spiral, gemm, growth, epoch, inference, network });
