import type { Config } from '../plumbing/config/config.ts'
import type { Clock } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Dispatcher } from 'undici'
import type { Logger } from 'pino'
import { openPayClient, type PayClient } from '../wechat/pay/client.ts'
import { certificateStore } from './certificate-store.ts'
import type { Account } from './merchant.ts'

export type ClientOptions = { config: Config; http: Dispatcher; clock: Clock; log: Logger; db: Db }

/** The WeChat Pay client of each account, opened at first use and again when the account was changed. */
export function openPayClients({ config, http, clock, log, db }: ClientOptions): (account: Account) => PayClient {
  const clients = new Map<number, { updatedAt: number; client: PayClient }>()
  const { payUrl: mainUrl, payBackupUrl: backupUrl } = config.wechat

  return (account) => {
    const known = clients.get(account.id)
    if (known?.updatedAt === account.updatedAt.getTime()) return known.client
    if (!account.keys) throw new Error(`account ${account.mchid} has no keys`)
    const certificates = certificateStore(db, account.id)
    const client = openPayClient(account.keys, { mainUrl, backupUrl, http, clock, log, certificates })
    clients.set(account.id, { updatedAt: account.updatedAt.getTime(), client })
    return client
  }
}
