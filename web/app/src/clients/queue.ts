import { QueueStatusDocument, SystemHealthDocument } from "../generated/operations";
import { ask } from "./http";

export const fetchQueueStatus = async () => (await ask(QueueStatusDocument, {})).queueStatus;

export const fetchHealth = async () => (await ask(SystemHealthDocument, {})).systemHealth;
