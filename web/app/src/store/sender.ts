import { Unanswered, sentence, type Problem } from "../clients/http";
import { fetchThread, sendMessage } from "../clients/messages";
import { newKey, passes, pause } from "../clients/repeat";
import { changeOutbox, takeIn, useInbox } from "./inbox";
import { thread } from "./order";
import { afterConflict, nextToSend, type Draft, type Outgoing } from "./outbox";

const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** Takes a message to send; it is shown at once, and sent once, in its turn, also after a cut or a reload. */
export function post(conversationId: string, draft: Draft, toFan = false): Outgoing {
  const { outbox, conversations } = useInbox.getState();
  const before = outbox.findLast((each) => each.conversationId === conversationId && each.state !== "refused");
  const outgoing: Outgoing = {
    ...draft,
    clientKey: ownKey(),
    conversationId,
    toFan,
    writtenAt: new Date().toISOString(),
    seen: before ? null : (conversations[conversationId]?.lastMessageId ?? null),
    behind: before?.clientKey ?? null,
    state: "waiting",
    words: null,
  };
  changeOutbox((all) => [...all, outgoing]);
  sendWaiting();
  return outgoing;
}

/** Sends it although somebody else wrote first. */
export function sendAnyway(clientKey: string): void {
  update(clientKey, { state: "waiting", seen: null, behind: null, words: null });
  sendWaiting();
}

export function discard(clientKey: string): void {
  changeOutbox((all) => all.filter((each) => each.clientKey !== clientKey));
  sendWaiting();
}

export function sendWaiting(): void {
  const next = nextToSend(useInbox.getState().outbox);
  if (!next) return;
  const outgoing: Outgoing = { ...next, state: "sending", words: null, behind: null, seen: next.behind ? sentAs(next) : next.seen };
  update(next.clientKey, outgoing);
  void deliver(outgoing, 0).finally(sendWaiting);
  sendWaiting();
}

/** The id of the own message before it, which the server has by now. */
function sentAs(outgoing: Outgoing): string | null {
  const { held, messages } = useInbox.getState();
  const ids = held[outgoing.conversationId] ?? [];
  return ids.find((id) => messages[id]?.clientKey === outgoing.behind) ?? null;
}

async function deliver(outgoing: Outgoing, tries: number): Promise<void> {
  try {
    const { message, errors } = await sendMessage(outgoing);
    if (message) return takeIn({ messages: [message] });
    await settle(outgoing, errors);
  } catch (fault) {
    if (!(fault instanceof Unanswered)) throw fault;
    if (!passes(fault.code)) return update(outgoing.clientKey, { state: "refused", words: fault.message });
    update(outgoing.clientKey, { state: "repeating", words: null });
    await pause(Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** tries));
    await deliver(outgoing, tries + 1);
  }
}

async function settle(outgoing: Outgoing, problems: readonly Problem[]): Promise<void> {
  const [first] = problems;
  if (first?.__typename === "RateLimited") {
    update(outgoing.clientKey, { state: "repeating", words: sentence(first) });
    await pause(first.retryAfterSeconds * 1000);
    return deliver(outgoing, 0);
  }
  if (first?.code === "CONFLICT" && first.path?.at(-1) === "expectedLastMessageId") return overtaken(outgoing);
  update(outgoing.clientKey, { state: "refused", words: problems.map(sentence).join(" ") });
}

/** Look at what came first: only a colleague's answer is a reason to ask. */
async function overtaken(outgoing: Outgoing): Promise<void> {
  const talk = await fetchThread(outgoing.conversationId, null);
  if (talk) takeIn({ conversations: [talk], messages: talk.messages.nodes });
  const state = useInbox.getState();
  const messages = thread(state, outgoing.conversationId, null);
  const at = messages.findIndex((message) => message.id === outgoing.seen);
  const verdict = afterConflict(messages.slice(at + 1), ownKeys);
  if (verdict.state === "overtaken") return update(outgoing.clientKey, { state: "overtaken", words: null });
  const again = { ...outgoing, seen: state.conversations[outgoing.conversationId]?.lastMessageId ?? null };
  update(outgoing.clientKey, again);
  await deliver(again, 0);
}

/** What was written in this tab, before a reload too. */
const ownKeys = new Set<string>(useInbox.getState().outbox.map((each) => each.clientKey));

function ownKey(): string {
  const key = newKey();
  ownKeys.add(key);
  return key;
}

function update(clientKey: string, changed: Partial<Outgoing>): void {
  changeOutbox((all) => all.map((each) => (each.clientKey === clientKey ? { ...each, ...changed } : each)));
}
