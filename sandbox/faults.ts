import { faultTable, type FaultEffect, type FaultFamily, type FaultName } from './fault-table.ts'
import type { RefusalRow } from './pay/refusals.ts'

/** A fault as it was requested. Every field but the name limits where it happens or how often. */
export type FaultSpec = {
  fault: FaultName
  /** Names from routes.ts, such as `send`, `stock_detail`, `oauth_exchange`; absent: every call of its family. */
  endpoint?: string
  openid?: string
  stockId?: string
  mchid?: string
  host?: 'main' | 'backup'
  /** How many calls it affects before it is gone; absent: until it is cleared. */
  times?: number
  /** 0 to 1; absent: always. */
  probability?: number
  /** Milliseconds: how long `slow` waits (default 3,000), or how far `clock_skew` is off (default 600,000). */
  ms?: number
  /** Other values for the refusal than the table's. */
  refusal?: Partial<RefusalRow>
}

export type Fault = FaultSpec & { id: number; used: number }

/** The facts of a call by which faults are chosen. */
export type CallFacts = { endpoint: string; openid?: string; stockId?: string; mchid?: string; host: 'main' | 'backup' }

/** The fault that affects a call, and how long the call waits before it. */
export type Hit = { slowMs: number; fault: Fault | undefined; effect: FaultEffect | undefined; names: string[] }

export type FaultBook = {
  set(spec: FaultSpec): Fault
  list(): Fault[]
  /** Removes one by id, or all. */
  clear(id?: number): void
  take(family: FaultFamily, facts: CallFacts): Hit
}

const slowDefaultMs = 3000
const noHit: Hit = { slowMs: 0, fault: undefined, effect: undefined, names: [] }

export function openFaultBook(): FaultBook {
  let faults: Fault[] = []
  let lastId = 0
  return {
    set(spec) {
      if (!Object.hasOwn(faultTable, spec.fault)) throw new Error(`no fault is called ${spec.fault}`)
      const fault = { ...spec, id: ++lastId, used: 0 }
      faults.push(fault)
      return fault
    },
    list: () => faults.filter(isLeft).map((fault) => ({ ...fault })),
    clear(id) {
      faults = id === undefined ? [] : faults.filter((fault) => fault.id !== id)
    },
    take(family, facts) {
      if (faults.length === 0) return noHit
      const hit = takeFrom(faults, family, facts)
      faults = faults.filter(isLeft)
      return hit
    },
  }
}

/** Several `slow` faults add up, and combine with one other fault: the first that was set. */
function takeFrom(faults: Fault[], family: FaultFamily, facts: CallFacts): Hit {
  const hit: Hit = { ...noHit, names: [] }
  for (const fault of faults) {
    const { effect, families } = faultTable[fault.fault]
    const isSlow = effect.act === 'slow'
    if (!families.includes(family) || !concerns(fault, facts) || (!isSlow && hit.effect)) continue
    if (fault.probability !== undefined && Math.random() >= fault.probability) continue
    fault.used++
    hit.names.push(fault.fault)
    if (isSlow) hit.slowMs += fault.ms ?? slowDefaultMs
    else Object.assign(hit, { fault, effect: worded(fault, effect) })
  }
  return hit
}

function isLeft(fault: Fault): boolean {
  return fault.times === undefined || fault.used < fault.times
}

function concerns(fault: Fault, facts: CallFacts): boolean {
  const keys = ['endpoint', 'openid', 'stockId', 'mchid', 'host'] as const
  return isLeft(fault) && keys.every((key) => fault[key] === undefined || fault[key] === facts[key])
}

function worded(fault: Fault, effect: FaultEffect): FaultEffect {
  return effect.act === 'refuse' ? { ...effect, row: { ...effect.row, ...fault.refusal } } : effect
}
