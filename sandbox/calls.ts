import type { RefusalRow } from './pay/refusals.ts'
/** One call that the sandbox has seen. */
export type Call = {
  at: string
  endpoint: string
  method: string
  path: string
  host: 'main' | 'backup'
  mchid?: string
  openid?: string
  stockId?: string
  outRequestNo?: string
  /** Of the merchant certificate that signed it, where the signature was right. */
  serialNo?: string
  /** 0: the connection was closed or left open without an answer. */
  status: number
  code?: string
  fault?: string
  requestId?: string
}

/** Everything known of one out_request_no of one sender: exact, however long the sandbox runs. */
export type NumberRecord = {
  mchid: string
  outRequestNo: string
  seen: number
  openid: string
  stockId: string
  couponId?: string
  /** The first refusal of the number, whether or not this WeChat remembers refusals. */
  refusal?: RefusalRow
  /** How often the number came with other data than the first time. */
  conflicts: number
}

export type CallFilter = { endpoint?: string; openid?: string; mchid?: string; stockId?: string; outRequestNo?: string }

export type CallBook = {
  add(call: Call): void
  /** Oldest first, at most the last `kept` ones. */
  list(filter?: CallFilter): Call[]
  /** Exact; also counts calls that are no longer kept. */
  count(endpoint: string): number
  clear(): void
}

export function openCallBook(kept: number): CallBook {
  let calls: Call[] = []
  const counts = new Map<string, number>()
  return {
    add(call) {
      counts.set(call.endpoint, (counts.get(call.endpoint) ?? 0) + 1)
      if (kept === 0) return
      calls.push(call)
      // Cut at once when there are twice as many: removing them one by one would cost more than the call itself.
      if (calls.length >= 2 * kept) calls = calls.slice(-kept)
    },
    list: (filter = {}) => calls.slice(-kept || calls.length).filter((call) => matches(call, filter)),
    count: (endpoint) => counts.get(endpoint) ?? 0,
    clear() {
      calls = []
      counts.clear()
    },
  }
}

function matches(call: Call, filter: CallFilter): boolean {
  const keys = ['endpoint', 'openid', 'mchid', 'stockId', 'outRequestNo'] as const
  return keys.every((key) => filter[key] === undefined || filter[key] === call[key])
}
