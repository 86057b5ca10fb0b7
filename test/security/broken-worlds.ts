import { sql } from 'kysely'
import type { Services } from '../../src/services.ts'
import { wechatAt } from '../support/config.ts'
import { type Call, openScriptedHost, type Said } from '../support/scripted-host.ts'
import type { SandboxShop, Shop } from '../support/shop.ts'
import { type Site, startSite } from '../support/site.ts'
import { openWire } from '../support/wire.ts'

/** A process of the shop in which something is broken. `begin` and `end`: what is broken for all processes meanwhile. */
export type World = {
  name: string
  services: Services
  site: Site
  begin?(): Promise<unknown>
  end?(): Promise<unknown>
}

/** What is secret in these worlds: passwords in addresses, and what WeChat tells. */
export const worldSecrets = {
  databasePassword: 'MARKED-database-password',
  redisPassword: 'MARKED-redis-password',
  serverToken: '72_MARKED-server-token-of-WeChat-4hJd',
  memberToken: '72_MARKED-token-of-the-member-Lq0',
  refreshToken: '72_MARKED-refresh-token-of-it-8Vz',
}

/** All is well, and five ways in which it is not. `openid`: whom WeChat sees in every login of a world without a sandbox. */
export async function openWorlds(
  shop: SandboxShop,
  openid: string,
  log: Services['log'],
): Promise<{ worlds: World[] } & AsyncDisposable> {
  const opened: AsyncDisposable[] = []
  async function open(name: string, config: Partial<Services['config']>, more: Partial<World> = {}): Promise<World> {
    const services = await shop.anotherProcess(name, { log, config })
    const site = await startSite(services)
    opened.push(services, site)
    return { name, services, site, ...more }
  }

  const { databaseUrl, redisUrl } = addressesOf(shop)
  const [database, redis] = [await openWire(databaseUrl), await openWire(redisUrl)]
  const [echoing, dumb] = [await openEchoingWeChat(openid), await openScriptedHost('hang up')]
  opened.push(echoing, dumb)
  const worlds = [
    await open('all is well', { databaseUrl, redisUrls: [redisUrl] }),
    await open('WeChat quotes what it was asked', { wechat: wechatAt(echoing.url) }),
    await open('WeChat hangs up', { wechat: wechatAt(dumb.url) }),
    await open('the database refuses every row', { wechat: wechatAt(echoing.url) }, refusalOfRows(shop)),
    await open('Redis is away', { redisUrls: [redis.url] }),
    await open('the database is away', { databaseUrl: database.url }),
  ]
  await database[Symbol.asyncDispose]()
  await redis[Symbol.asyncDispose]()
  return {
    worlds,
    async [Symbol.asyncDispose]() {
      for (const one of opened.reverse()) await one[Symbol.asyncDispose]()
    },
  }
}

/** The shop's addresses with passwords in them, of which the test servers take any. */
function addressesOf({ services }: Shop): { databaseUrl: string; redisUrl: string } {
  const database = new URL(services.config.databaseUrl ?? '')
  database.password ||= worldSecrets.databasePassword
  const redis = new URL(services.config.redisUrls[0] ?? '')
  redis.username ||= 'default'
  redis.password ||= worldSecrets.redisPassword
  return { databaseUrl: database.href, redisUrl: redis.href }
}

/** A WeChat that refuses everything but tokens, and in its words quotes the request with all that it carried. */
async function openEchoingWeChat(openid: string) {
  const { serverToken, memberToken, refreshToken } = worldSecrets
  const host = await openScriptedHost(echo)
  host.route('/cgi-bin/stable_token', { body: { access_token: serverToken, expires_in: 7_200 } })
  const exchanged = { openid, access_token: memberToken, refresh_token: refreshToken, scope: 'snsapi_base' }
  host.route('/sns/oauth2/access_token', echo, { body: exchanged })
  return host
}

function echo({ path, url, headers, body }: Call): Said {
  const words = `invalid request ${url} ${JSON.stringify(headers)} ${body}, rid: 6530f1a2-1b2c3d4e-5f607182`
  return path.startsWith('/v3/')
    ? { status: 400, body: { code: 'PARAM_ERROR', message: words, detail: { value: words } } }
    : { body: { errcode: 40_125, errmsg: words } }
}

/** PostgreSQL then quotes the refused row in `detail`. */
function refusalOfRows({ services }: Shop) {
  const tables = ['members', 'grants', 'coupons', 'payments', 'card_openings', 'inbox', 'processes', 'jobs']
  const alter = (change: string) => () =>
    Promise.all(tables.map((table) => sql.raw(`alter table ${table} ${change}`).execute(services.db)))
  return { begin: alter('add constraint refused check (false) not valid'), end: alter('drop constraint refused') }
}
