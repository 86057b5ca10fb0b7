import { openCatalog } from '../../merchants/catalog.ts'
import { openCache } from '../../plumbing/cache.ts'
import type { Services } from '../../services.ts'

/**
 * Runs `work` with services that only read, all of one moment of the database, as if it were `at`: PostgreSQL itself
 * refuses to write, and nothing that this process remembers is used or changed. The gate and the ledger's acts have
 * connections of their own and must not be asked.
 */
export function readingOnly<T>(services: Services, at: Date, work: (reading: Services) => Promise<T>): Promise<T> {
  const clock = { now: () => at }
  return services.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((db) => {
      const cache = openCache(clock)
      return work({ ...services, db, cache, clock, catalog: openCatalog(db, services.secrets, cache) })
    })
}
