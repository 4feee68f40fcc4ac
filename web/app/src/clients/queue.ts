import { QueueStatusDocument, SystemHealthDocument, type QueuePartsFragment } from "../generated/operations";
import { ask } from "./http";
import { watch } from "./socket";

/** The queue as it is at once, then whenever it changes. Gives the way to stop. */
export const watchQueue = (onState: (queue: QueuePartsFragment) => void) =>
  watch(QueueStatusDocument, {}, (data) => onState(data.queueStatus));

export const fetchHealth = async () => (await ask(SystemHealthDocument, {})).systemHealth;
