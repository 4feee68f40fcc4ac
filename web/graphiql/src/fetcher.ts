import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { createClient, type Client, type FormattedExecutionResult, type Sink, type SubscribePayload } from "graphql-ws";

/** Called with every answer that tells whether the server accepts the token. */
export type OnVerdict = (accepted: boolean) => void;

export interface Connection {
  fetcher: Fetcher;
  close(): void;
}

const REFUSED = [4401, 4403];
const EVENTS_KEPT = 50;

/** Requests over HTTP and subscriptions over one websocket, both to our own `/graphql`, both with this token. */
export function connect(token: string, onVerdict: OnVerdict): Connection {
  const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
  const socket = openSocket(headers, onVerdict);
  const fetcher = createGraphiQLFetcher({
    url: "/graphql",
    headers,
    wsClient: withEarlierEvents(socket),
    enableIncrementalDelivery: false,
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (response.ok || response.status === 401) onVerdict(response.ok);
      return response;
    },
  });
  return { fetcher, close: () => void socket.dispose() };
}

function openSocket(connectionParams: Record<string, string>, onVerdict: OnVerdict): Client {
  return createClient({
    url: new URL("/graphql", location.href.replace(/^http/, "ws")).href,
    connectionParams,
    // The same token would be refused again; everything else is worth another try.
    shouldRetry: (event) => event instanceof CloseEvent && !REFUSED.includes(event.code),
    on: {
      connected: () => onVerdict(true),
      closed: (event) => {
        if (event instanceof CloseEvent && REFUSED.includes(event.code)) onVerdict(false);
      },
    },
  });
}

/** GraphiQL shows one result at a time; this keeps the results before it in sight, newest first. */
function withEarlierEvents(client: Client): Client {
  return {
    ...client,
    subscribe<Data, Extensions>(payload: SubscribePayload, sink: Sink<FormattedExecutionResult<Data, Extensions>>) {
      const earlier: unknown[] = [];
      return client.subscribe<Data, Extensions>(payload, {
        ...sink,
        next(result) {
          const withEarlier = { ...result, earlier: [...earlier] };
          sink.next(earlier.length ? withEarlier : result);
          earlier.splice(EVENTS_KEPT - 1);
          earlier.unshift(result.data ?? result);
        },
      });
    },
  };
}
