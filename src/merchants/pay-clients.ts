import type { Config } from '../plumbing/config/config.ts'
import type { Clock } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Logger } from 'pino'
import { type Cache, kept } from '../plumbing/cache.ts'
import type { Walls } from '../plumbing/walls/walls.ts'
import { openPayClient, type PayClient } from '../wechat/pay/client.ts'
import { certificateStore } from './certificate-store.ts'
import type { Account, CardProduct } from './merchant.ts'
import { payWall } from './pay-wall.ts'

export type ClientOptions = { config: Config; walls: Walls; cache: Cache; clock: Clock; log: Logger; db: Db }

/** A client that is opened again has only to parse its keys and to read its certificates from the database. */
const clients = kept<number, PayClient>({ most: 4_000 })

/** The WeChat Pay client of each account, opened at first use and again when the account was changed. */
export function openPayClients({
  config,
  walls,
  cache,
  clock,
  log,
  db,
}: ClientOptions): (account: Account) => PayClient {
  const { payUrl: mainUrl, payBackupUrl: backupUrl } = config.wechat

  function open({ id, mchid, keys }: Account): PayClient {
    if (!keys) throw new Error(`account ${mchid} has no keys`)
    const certificates = certificateStore(db, id)
    const wall = payWall(walls, mchid)
    return openPayClient(keys, { mainUrl, backupUrl, wall, clock, log, certificates })
  }

  return (account) => cache.make(clients, account.id, () => open(account), account.updatedAt.getTime())
}

const brandClients = kept<number, PayClient>({ most: 1_000 })
/** A brand has WeChat Pay's public key and nothing to download (docs/wechat/member-cards.md 3). */
const noCertificates = { load: () => Promise.resolve([]), save: () => Promise.resolve() }

/** The client of each brand that signs for itself. */
export function openBrandClients({
  config,
  walls,
  cache,
  clock,
  log,
}: Omit<ClientOptions, 'db'>): (product: CardProduct) => PayClient {
  const { payUrl: mainUrl, payBackupUrl: backupUrl } = config.wechat

  function open({ cardId, keys }: CardProduct): PayClient {
    if (!keys) throw new Error(`card ${cardId} has no keys of a brand`)
    const wall = payWall(walls, keys.mchid)
    return openPayClient(keys, { mainUrl, backupUrl, wall, clock, log, certificates: noCertificates })
  }

  return (product) => cache.make(brandClients, product.id, () => open(product), product.updatedAt.getTime())
}
