import type { Dispatcher } from 'undici'
import type { Logger } from 'pino'
import type { Clock } from '../plumbing/clock.ts'
import type { Config } from '../plumbing/config/config.ts'
import { openOfficialClient, type OfficialClient } from '../wechat/official/client.ts'
import type { Merchant, OfficialAccount } from './merchant.ts'

export type OfficialClientOptions = { config: Config; http: Dispatcher; clock: Clock; log: Logger }

/** The Official Account client of each merchant, opened again when its appid or secret was changed. */
export function openOfficialClients({
  config,
  http,
  clock,
  log,
}: OfficialClientOptions): (merchant: Merchant) => OfficialClient {
  const clients = new Map<number, { account: OfficialAccount; client: OfficialClient }>()

  return ({ id, officialAccount }) => {
    const known = clients.get(id)
    if (known && isSame(known.account, officialAccount)) return known.client
    const client = openOfficialClient(officialAccount, { apiUrl: config.wechat.apiUrl, http, clock, log })
    clients.set(id, { account: officialAccount, client })
    return client
  }
}

function isSame(one: OfficialAccount, other: OfficialAccount): boolean {
  return one.appid === other.appid && one.appSecret.reveal() === other.appSecret.reveal()
}
