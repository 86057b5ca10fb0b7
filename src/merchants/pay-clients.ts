import type { Config } from '../config.ts'
import type { Clock } from '../clock.ts'
import type { Db } from '../database.ts'
import type { Dispatcher } from 'undici'
import type { Logger } from 'pino'
import { type CertificateStore, openPayClient, type PayClient } from '../wechat/pay/client.ts'
import type { Account } from './merchant.ts'

export type ClientOptions = { config: Config; http: Dispatcher; clock: Clock; log: Logger; db: Db }

/** The WeChat Pay client of each account, opened at first use and anew when the account's keys were changed. */
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

/** WeChat's certificates are kept with the account, so that a restart needs no download. */
function certificateStore(db: Db, accountId: number): CertificateStore {
  return {
    async load() {
      const rows = await db
        .selectFrom('platform_certificates')
        .selectAll()
        .where('account_id', '=', accountId)
        .execute()
      return rows.map((row) => ({
        serialNo: row.serial_no,
        certificate: row.certificate,
        effectiveAt: row.effective_at,
        expiresAt: row.expires_at,
      }))
    },
    async save(certificates) {
      if (certificates.length === 0) return
      const rows = certificates.map(({ serialNo, certificate, effectiveAt, expiresAt }) => ({
        account_id: accountId,
        serial_no: serialNo,
        certificate,
        effective_at: effectiveAt,
        expires_at: expiresAt,
      }))
      await db
        .insertInto('platform_certificates')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
  }
}
