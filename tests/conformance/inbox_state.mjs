// Clients that use `watchInbox` of the developer guide (CONFORMANCE_GUIDE) and keep what the events tell as their state.
// CONFORMANCE_URLS: JSON list, one client for each. Prints each event of the first client as it comes if asked for by
// CONFORMANCE_TELL; asked for `places` or `report` on its standard input, the last cursor of each client, or all of
// its cursors and its state. Ends with its input.
import { createInterface } from 'node:readline'

import WebSocket from 'ws'

globalThis.WebSocket ??= WebSocket
const { CONFORMANCE_URLS: given, CONFORMANCE_TOKEN: token, CONFORMANCE_CURSOR: cursor, CONFORMANCE_TELL: tell } = process.env
const { watchInbox } = await import(process.env.CONFORMANCE_GUIDE)

function keep(objects, object) {
  if (!(objects[object.id]?.version > object.version)) objects[object.id] = object
}

class Client {
  cursors = []
  fans = {}
  conversations = {}
  messages = {}
  payments = {}
  removed = []
  refetched = 0
  ended = null

  take(event) {
    if (event.__typename !== 'InboxReady') this.cursors.push(event.cursor)
    if (event.fan) keep(this.fans, event.fan)
    if (event.message) keep(this.messages, event.message)
    if (event.conversation) keep(this.conversations, event.conversation)
    if (event.amountCents) {
      this.payments[event.amountCents] = { kind: event.kind, fan: event.fan.id }
      if (event.unlockedMessage) keep(this.messages, event.unlockedMessage)
    }
    if (event.messageId) {
      this.removed.push(event.messageId)
      delete this.messages[event.messageId]
    }
    if (event.fanId) {
      delete this.fans[event.fanId]
      delete this.conversations[event.conversationId]
    }
  }
}

const clients = JSON.parse(given).map((url, number) => {
  const client = new Client()
  watchInbox({
    url,
    token: async () => token,
    cursor: cursor || undefined,
    refetch: () => (client.refetched += 1),
    onEvent: (event) => {
      client.take(event)
      if (tell && number === 0) console.log(JSON.stringify({ event: event.__typename, ...event }))
    },
    onEnd: (errors) => (client.ended = errors ? String(JSON.stringify(errors)) : 'complete'),
  })
  return client
})

console.log(JSON.stringify({ event: 'begun' }))
for await (const question of createInterface({ input: process.stdin })) {
  const answer = question === 'places' ? clients.map((client) => client.cursors.at(-1)) : clients
  console.log(JSON.stringify({ event: question, clients: answer }))
}
process.exit(0)
