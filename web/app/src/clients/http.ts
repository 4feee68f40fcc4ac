import { Client, cacheExchange, fetchExchange, type CombinedError, type OperationResult, type TypedDocumentNode } from "@urql/core";

import type { ErrorPartsFragment, TypedDocumentString } from "../generated/operations";
import { refusal } from "../format/words";
import { refuse, validToken } from "../session/session";

/**
 * Requests with the token of the session. One that is refused waits for another token and is made again, so that no
 * page has to know of it, and nothing typed is lost.
 */
async function signedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  for (;;) {
    const token = await validToken();
    const headers = new Headers(init?.headers);
    headers.set("Authorization", `Bearer ${token}`);
    const response = await fetch(input, { ...init, headers });
    if (response.status !== 401) return response;
    refuse(token);
  }
}

export const client = new Client({
  url: "/graphql",
  exchanges: [cacheExchange, fetchExchange],
  fetch: signedFetch,
  preferGetMethod: false,
  requestPolicy: "cache-and-network",
});

/** urql parses a document that is a text, and keeps what it parsed. */
export function typed<Result, Variables>(document: TypedDocumentString<Result, Variables>) {
  return document.toString() as unknown as TypedDocumentNode<Result, Variables & object>;
}

/** Why there is no answer, in words for a person. */
export class Unanswered extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const WORDS: Record<string, string> = {
  UNAVAILABLE: "A part of the server is away just now. Try again in a moment.",
  TIMEOUT: "The server took too long. Try again in a moment.",
  NOT_FOUND: "This is not there (any more).",
};

export function unanswered(error: CombinedError): Unanswered {
  if (error.networkError) return new Unanswered("NETWORK", "The server cannot be reached. Check your connection.");
  const extensions = error.graphQLErrors[0]?.extensions ?? {};
  const code = String(extensions.code ?? "INTERNAL");
  if (code === "BAD_USER_INPUT") return new Unanswered(code, refusal(error.graphQLErrors[0]?.message ?? ""));
  const number = extensions.correlationId ? ` Its number in the log is ${String(extensions.correlationId)}.` : "";
  return new Unanswered(code, WORDS[code] ?? `Something went wrong on the server.${number}`);
}

/** One page of a list. */
export interface Page<Item> {
  nodes: readonly Item[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

function answered<Result>(result: OperationResult<Result>): Result {
  if (result.error) throw unanswered(result.error);
  if (!result.data) throw new Unanswered("INTERNAL", "The server gave no answer.");
  return result.data;
}

/** Asks the server, never a cache. Throws Unanswered. */
export async function ask<R, V>(document: TypedDocumentString<R, V>, variables: V): Promise<R> {
  const options = { requestPolicy: "network-only" } as const;
  return answered(await client.query(typed(document), variables as V & object, options).toPromise());
}

/** Of a request that goes on although the page is left. Its body, of all such requests together, has at most 64 kB. */
export const OUTLIVES: RequestInit = { keepalive: true };

/** Changes something. Throws Unanswered; expected failures are in the answer. */
export async function change<R, V>(document: TypedDocumentString<R, V>, variables: V, fetchOptions: RequestInit = {}): Promise<R> {
  return answered(await client.mutation(typed(document), variables as V & object, { fetchOptions }).toPromise());
}

export type Problem = ErrorPartsFragment;

/** An expected failure of a change, as an exception: for forms that show one sentence. */
export class Refused extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(sentence).join(" "));
  }
}

export function demandNone(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new Refused(problems);
}

/** After how long something that was too much works again; null: that was not the reason. */
export function pauseAfter(fault: unknown): number | null {
  const [first] = fault instanceof Refused ? fault.problems : [];
  return first?.__typename === "RateLimited" ? first.retryAfterSeconds * 1000 : null;
}

export function sentence(problem: Problem): string {
  if (problem.__typename !== "RateLimited") return problem.message;
  const seconds = problem.retryAfterSeconds;
  return `That was a lot at once. It works again in ${seconds === 1 ? "1 second" : `${seconds} seconds`}.`;
}
