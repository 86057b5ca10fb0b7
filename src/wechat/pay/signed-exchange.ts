import type { Clock } from '../../plumbing/clock.ts'
import type { Wall } from '../../plumbing/walls/wall.ts'
import { exchange, type Exchange } from '../exchange.ts'
import type { PayHosts } from './hosts.ts'
import { openSigner } from './signer.ts'
import type { PayKeys, PayRequest } from './types.ts'

/**
 * Signs and sends a request to one host and, when that connection fails, once to the other; within `timeoutMs` in all.
 */
export type SignedExchange = (request: PayRequest, serial: string | undefined, timeoutMs: number) => Promise<Exchange>

/** A handshake takes well under half a second anywhere in China; after this time the other host is tried. */
const startLimitMs = 2_000

/** Parses the private key once. Throws when it is not one, without any part of the key in the message. */
export function openSignedExchange(
  keys: PayKeys,
  options: { hosts: PayHosts; wall: Wall; clock: Clock },
): SignedExchange {
  const signedHeaders = openSigner(keys, options.clock)
  const { main, backup } = options.hosts

  /**
   * One try at one host; undefined when signing took all the time. `share`: the part of the time that is left within
   * which the request must have started.
   */
  async function tryAt(origin: string, { request, serial, deadline }: Wanted, share: number) {
    const { method, path, form } = request
    const body = form?.bytes ?? request.body
    const headers = await signedHeaders(request, serial)
    const timeoutMs = Math.floor(deadline - performance.now())
    if (timeoutMs <= 0) return undefined
    const startMs = share < 1 ? Math.min(startLimitMs, timeoutMs * share) : timeoutMs
    return exchange(options.wall, { origin, method, path, headers, body }, { startMs, timeoutMs })
  }

  return async (request, serial, timeoutMs) => {
    const wanted = { request, serial, deadline: performance.now() + timeoutMs }
    const [first, second] = request.backup ? [backup, main] : [main, backup]

    // A host that accepts no connection must leave time for the other one.
    const tried = (await tryAt(first, wanted, 1 / 2)) ?? noTime
    if (!isConnectionFailure(tried)) return tried
    const again = await tryAt(second, wanted, 1)
    if (!again || again.failure?.heldBack) return tried
    // Whatever the other host answers, it is unknown whether the first one carried out the request.
    return tried.failure?.word === 'reset' ? { ...again, mayHaveArrived: true } : again
  }
}

type Wanted = { request: PayRequest; serial: string | undefined; deadline: number }

const noTime: Exchange = { failure: { word: 'unreachable', detail: 'no time left to send' } }

/** It failed before any answer began, so the other host may succeed. After a timeout there is no time left to try. */
function isConnectionFailure({ failure }: Exchange): boolean {
  return failure?.status === undefined && (failure?.word === 'unreachable' || failure?.word === 'reset')
}
