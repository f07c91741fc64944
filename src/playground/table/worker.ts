// The worker of the page of tables, which does all calculations.
import { errorText, type Send, serveWorker } from "../shared/channel.js";
import { withoutOptions } from "./pageWords.js";
import type { FromWorker, ToWorker } from "./tableMessages.js";
import { TableSession } from "./tableSession.js";

const send: Send<FromWorker> = serveWorker<ToWorker, FromWorker>(
  (message) => session.handle(message),
  (error) => send({ kind: "error", message: withoutOptions(errorText(error)) }),
);
const session: TableSession = new TableSession(send);
