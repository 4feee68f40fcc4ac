import { create } from "zustand";

import { makeCampaign, type Campaign } from "../clients/campaigns";
import { Refused, Unanswered } from "../clients/http";
import { newKey, passes, pause } from "../clients/repeat";
import type { SendBulkMessageInput } from "../generated/operations";
import { leftovers } from "../session/leftovers";

const SENDING = "campaign.sending";
const WRITTEN = "campaign";
const PAUSE_MS = 1500;

/** A new campaign on its way to the server. */
interface Sending {
  /** With its idempotency key: after a cut or a reload the same call finds what it made. Null: none is on its way. */
  input: SendBulkMessageInput | null;
  /** repeating: no answer came, it is tried again; unknown: the server failed, so that it may be made or not. */
  state: "resting" | "sending" | "repeating" | "unknown";
  /** Why it was refused, or what the server said when it failed. */
  words: string | null;
  /** Made, and not looked at yet. */
  made: Campaign | null;
}

const resting = { state: "resting", words: null, made: null } as const;

export const useSending = create<Sending>(() => ({ ...resting, input: leftovers.read<SendBulkMessageInput | null>(SENDING, null) }));

function become(changed: Partial<Sending>): void {
  useSending.setState(changed);
  if ("input" in changed) leftovers.keep(SENDING, changed.input);
}

/** The campaign as it is being written, kept for a reload until it is made. */
export const written = {
  read: <Form>(otherwise: Form) => leftovers.read(WRITTEN, otherwise),
  keep: (form: unknown) => leftovers.keep(WRITTEN, form),
};

/** Makes the campaign, once; what becomes of it is told by `useSending`. */
export function send(input: SendBulkMessageInput): void {
  become({ ...resting, input: { ...input, idempotencyKey: newKey() } });
  void carryOn();
}

/** The same call again, by the same key: after a reload, and after a failure of the server. */
export async function carryOn(): Promise<void> {
  const { input, state } = useSending.getState();
  if (!input || state === "sending" || state === "repeating") return;
  become({ state: "sending", words: null });
  while (!(await settled(input))) {
    become({ state: "repeating" });
    await pause(PAUSE_MS);
  }
}

/** False: no answer came. */
async function settled(input: SendBulkMessageInput): Promise<boolean> {
  try {
    const made = await makeCampaign(input);
    written.keep(null);
    become({ ...resting, input: null, made });
  } catch (fault) {
    const code = fault instanceof Unanswered ? fault.code : null;
    if (code !== null && passes(code)) return false;
    const refused = fault instanceof Refused || code === "BAD_USER_INPUT";
    become({ state: refused ? "resting" : "unknown", words: (fault as Error).message, ...(refused ? { input: null } : {}) });
  }
  return true;
}

/** What it came to has been shown. */
export const shown = () => become({ words: null, made: null });

/** Give it up, although it may have been made; what was written stays. */
export const giveUp = () => become({ ...resting, input: null });
