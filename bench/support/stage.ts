import { fork } from 'node:child_process'
import { once } from 'node:events'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { readConfig } from '../../src/plumbing/config/config.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { migrate } from '../../src/plumbing/storage/migrate.ts'
import { openServices } from '../../src/open-services.ts'
import type { CampaignLimits } from '../../src/plumbing/storage/schema.ts'
import type { Services } from '../../src/services.ts'
import { boundLabel } from '../../src/web/member/bound-cookies.ts'
import { csrfTokenOf } from '../../src/web/member/csrf.ts'
import { signText } from '../../src/web/shell/signed-text.ts'
import { aCampaign, aMerchant, aStock, senderOf } from '../../test/support/builders.ts'
import { startPostgres, startRedis } from '../../test/support/servers.ts'
import { type Child, startChild } from './child.ts'
import { request } from './load.ts'
import { giveMessageKeys } from './message-keys.ts'

/** Far above what two cores can do, so that the pace is not what is measured. */
const unlimitedSends = 1_000_000

export type Stage = AsyncDisposable & {
  services: Services
  merchant: Merchant
  env: Record<string, string>
  campaign(limits: CampaignLimits): Promise<Campaign>
  /** The merchant's own number, which sends. */
  mchid: string
  /** Of the key with which WeChat signs for it. */
  serial: string
  /** Starts the program, or a file beside this one that starts it. */
  startApp(program?: string): Promise<Child>
  startFloor(): Promise<Child>
  /** A whole claim request as the browser of a logged-in member sends it. */
  claimOf(campaign: Campaign, openid: string): Buffer
  claimPartsOf(campaign: Campaign, openid: string): ClaimParts
}

type ClaimParts = { path: string; headers: Record<string, string>; body: string }

/**
 * Real PostgreSQL with fsync, real Redis, a WeChat Pay that answers at once, and a merchant: all of them only for this
 * stage, and ended with it. `hardened`: the merchant has all keys that open messages, and the metrics a token.
 */
export async function openStage({ hardened = false } = {}): Promise<Stage> {
  const [postgres, redis] = await Promise.all([startPostgres({ fsync: true }), startRedis()])
  // Its answers are signed while the clients are measured; a short key costs a quarter of WeChat's own.
  const platform = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const publicKey = platform.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const publicKeyId = 'PUB_KEY_ID_0116014009732026112300382175000001'
  const wechat = fork(fileURLToPath(new URL('signed-server.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] })
  wechat.send({
    serial: publicKeyId,
    ownNumbers: true,
    privateKey: platform.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  })
  const [address] = (await once(wechat, 'message')) as [AddressInfo]
  const wechatUrl = `http://127.0.0.1:${address.port}`

  const cookieKey = randomBytes(32).toString('base64url')
  const env = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    MASTER_KEY: randomBytes(32).toString('base64'),
    COOKIE_KEYS: cookieKey,
    SANDBOX: 'off',
    PORT: '0',
    LOG_LEVEL: 'warn',
    WECHAT_OPEN_URL: wechatUrl,
    WECHAT_API_URL: wechatUrl,
    WECHAT_PAY_URL: wechatUrl,
    WECHAT_PAY_BACKUP_URL: wechatUrl,
    ...(hardened && { METRICS_TOKEN: randomBytes(24).toString('hex') }),
  }
  const services = await openServices(readConfig(env))
  await migrate(services.db)
  const merchant = await aMerchant(services, { slug: 'bench', sendsPerSecond: unlimitedSends })
  await services.db
    .updateTable('accounts')
    .set({ public_key_id: publicKeyId, public_key: publicKey })
    .where('role', '=', 'sender')
    .execute()
  if (hardened) await giveMessageKeys(services, merchant)
  const privateKey = merchant.accounts.find((account) => account.keys)?.keys?.privateKey.reveal() ?? ''

  function claimPartsOf(campaign: Campaign, openid: string): ClaimParts {
    const sessionId = randomBytes(16).toString('hex')
    const browser = randomBytes(16).toString('base64url')
    const name = `pc_member_${merchant.slug}`
    const text = `${sessionId}.${Date.now().toString(36)}.${openid}`
    const session = signText([cookieKey], boundLabel(merchant, browser, name), text)
    const cookie = `pc_browser=${browser}; ${name}=${session}`
    const body = `_csrf=${csrfTokenOf(cookieKey, sessionId)}&claim_key=${randomBytes(8).toString('hex')}`
    const headers = {
      cookie,
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'MicroMessenger/8.0.50',
    }
    return { path: `/m/${merchant.slug}/c/${campaign.slug}/claims`, headers, body }
  }

  return {
    services,
    merchant,
    env,
    campaign: async (limits) =>
      aCampaign(services, await aStock(services, merchant, { max_coupons: 10_000_000 }), { limits }),
    mchid: senderOf(merchant).mchid,
    serial: publicKeyId,
    startApp: (program = '../../src/main.ts') => startChild(program, env),
    startFloor: () => startChild('floor.ts', { ...env, PRIVATE_KEY: privateKey, PUBLIC_KEY: publicKey }),
    claimPartsOf,
    claimOf(campaign, openid) {
      const { path, headers, body } = claimPartsOf(campaign, openid)
      return request('POST', path, headers, body)
    },
    async [Symbol.asyncDispose]() {
      await services.close()
      wechat.disconnect()
      await Promise.all([postgres.stop(), redis.stop()])
    },
  }
}
