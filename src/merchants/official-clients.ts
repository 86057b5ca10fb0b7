import type { Logger } from 'pino'
import { type Cache, kept } from '../plumbing/cache.ts'
import type { Clock } from '../plumbing/clock.ts'
import type { Config } from '../plumbing/config/config.ts'
import type { Walls } from '../plumbing/walls/walls.ts'
import { openOfficialClient, type OfficialClient } from '../wechat/official/client.ts'
import { officialAccountCalls } from '../wechat/wall-kinds.ts'
import type { Merchant, OfficialAccount } from './merchant.ts'

export type OfficialClientOptions = { config: Config; walls: Walls; cache: Cache; clock: Clock; log: Logger }

type Opened = { account: OfficialAccount; client: OfficialClient }

/** A client that is opened again asks WeChat for the same access_token once more. */
const clients = kept<number, Opened>({ most: 4_000 })

/** The Official Account client of each merchant, opened again when its appid or secret was changed. */
export function openOfficialClients({
  config,
  walls,
  cache,
  clock,
  log,
}: OfficialClientOptions): (merchant: Merchant) => OfficialClient {
  return ({ id, slug, officialAccount }) => {
    const known = cache.get(clients, id)
    if (known && isSame(known.account, officialAccount)) return known.client
    const wall = walls.of(officialAccountCalls, slug)
    const client = openOfficialClient(officialAccount, { apiUrl: config.wechat.apiUrl, wall, clock, log })
    cache.set(clients, id, { account: officialAccount, client })
    return client
  }
}

function isSame(one: OfficialAccount, other: OfficialAccount): boolean {
  return one.appid === other.appid && one.appSecret.reveal() === other.appSecret.reveal()
}
