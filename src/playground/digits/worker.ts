// The worker of the Digits page, which does all calculations.
import { errorText, type Send, serveWorker } from "../shared/channel.js";
import type { FromWorker, ToWorker } from "./digitsMessages.js";
import { Session } from "./session.js";

const send: Send<FromWorker> = serveWorker<ToWorker, FromWorker>(
  (message) => session.handle(message),
  (error) => send({ kind: "error", message: errorText(error) }),
);
const session: Session = new Session(send);
