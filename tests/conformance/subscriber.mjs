// A client of graphql-ws that subscribes, reconnects by itself, and tells what happens as one JSON object a line.
// CONFORMANCE_TOKENS: JSON list; each connection takes the next one, the last one serves for all that follow.
// It ends when its standard input does.
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

const { CONFORMANCE_URL: url, CONFORMANCE_TOKENS: given, CONFORMANCE_QUERY: query } = process.env
const tokens = JSON.parse(given)

function tell(event, fields = {}) {
  console.log(JSON.stringify({ event, ...fields }))
}

function nextToken() {
  return tokens.length > 1 ? tokens.shift() : tokens[0]
}

const client = createClient({
  url,
  webSocketImpl: WebSocket,
  connectionParams: () => ({ Authorization: `Bearer ${nextToken()}` }),
  retryAttempts: 100,
  // By default only a close is retried; while the server restarts, connecting is an error.
  shouldRetry: () => true,
  retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
  on: {
    connected: () => tell('connected'),
    closed: ({ code, reason }) => tell('closed', { code, reason }),
  },
})

client.subscribe(
  { query },
  {
    next: ({ data, errors }) => tell('next', { data, errors }),
    error: (error) => tell('error', { error: Array.isArray(error) ? error : { code: error.code, message: error.message } }),
    complete: () => tell('complete'),
  },
)

process.stdin.on('end', () => process.exit(0)).resume()
