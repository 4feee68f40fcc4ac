// Runs the audits of graphql-http against CONFORMANCE_URL and prints one verdict for each as JSON.
import { serverAudits } from 'graphql-http'

const { CONFORMANCE_URL: url, CONFORMANCE_TOKEN: token } = process.env

function signedIn(address, init = {}) {
  return fetch(address, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } })
}

const verdicts = []
for (const { fn } of serverAudits({ url, fetchFn: signedIn })) {
  const { id, name, status, reason } = await fn()
  verdicts.push({ id, name, status, reason })
}
console.log(JSON.stringify(verdicts))
