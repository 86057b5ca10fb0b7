import { Pool } from 'undici'
import { type Cache, kept } from '../cache.ts'

/** Connections to hosts, each pool for one use, closed when it is not used any more. */
export type Pools = {
  of(use: string, origin: string, connections: number): Pool
  /** Breaks off what is under way and closes all connections. */
  close(): Promise<void>
}

/** If a host gives no connection within this time, its calls fail and can be made at another one. */
const connectTimeoutMs = 2_000

/**
 * A pool closes its connections when they were idle for some seconds, but keeps 20 kB of queues. Where more pools than
 * this are in use, the one that was unused for the longest time is closed; what is under way in it comes to its end.
 */
const most = 1_000
const pools = kept<string, { pool: Pool; retire(): void }>({ most, gone: ({ retire }) => retire() })

/** Opens no connection before the first call. */
export function openPools(cache: Cache): Pools {
  /** What is not closed yet, kept or not. */
  const open = new Set<Pool>()

  function openOne(origin: string, connections: number) {
    const pool = new Pool(origin, { connections, pipelining: 1, connect: { timeout: connectTimeoutMs } })
    open.add(pool)
    return { pool, retire: () => void pool.close().finally(() => open.delete(pool)) }
  }

  return {
    of: (use, origin, connections) => cache.make(pools, `${use} ${origin}`, () => openOne(origin, connections)).pool,
    close: async () => void (await Promise.all([...open].map((pool) => pool.destroy()))),
  }
}
