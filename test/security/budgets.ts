import { randomBytes } from 'node:crypto'
import { paths } from '../../src/web/paths.ts'
import { consoleSettingsBudgets } from './console-settings-budgets.ts'
import { consoleCheckBudgets } from './console-check-budgets.ts'
import { consoleCampaignBudgets } from './console-campaign-budgets.ts'
import { consolePeopleBudgets } from './console-people-budgets.ts'
import { consoleStockBudgets } from './console-stock-budgets.ts'
import { openPhone } from '../support/phone.ts'
import { consoleBudgets } from './console-budgets.ts'
import { consoleStockNewBudgets } from './console-stock-new-budgets.ts'

/** A request of somebody whom nobody knows. */
export type Hostile = { method: 'GET' | 'POST'; path: string; headers?: Record<string, string>; body?: string }

/** Where it is sent: names that are public, since they are in links. */
export type Target = {
  url: string
  merchant: string
  campaign: string
  mchid: string
  /** Of a brand that signs for itself. */
  brand: string
  /** Of the key with which WeChat signs for this number. */
  serial: string
}

/** What strangers may cost us at one route, however many requests they send. Rows are never written for a stranger. */
export type Budget = {
  route: string
  /** The longest body that is read; of a longer one no more than this. 0: a body is not read at all. */
  bytes: number
  /** The calls to WeChat that one state, one address or one serial may cause. */
  calls: number
  /** The most expensive requests that we know, one for each turn. */
  worst(at: Target): Promise<(turn: number) => Hostile>
}

const weChat = { 'user-agent': 'Mozilla/5.0 (iPhone) MicroMessenger/8.0.50(0x1800322f)' }
const browser = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0' }
const kB = 1_024

const get = (path: string, headers: Record<string, string> = browser): Hostile => ({ method: 'GET', path, headers })
const always = (hostile: (at: Target, turn: number) => Hostile): Budget['worst'] => {
  return async (at) => (turn) => hostile(at, turn)
}
/** Every turn another name, as long as a page of ours takes it. */
const long = (turn: number, length = 900) => `${turn}-`.padEnd(length, 'x')
const forgedCookie = (name: string) => ({
  cookie: `pc_browser=${'x'.repeat(22)}; ${name}=${'x'.repeat(3_900)}.${'A'.repeat(43)}`,
  ...weChat,
})

/** A body of exactly the size, after its own beginning. */
const filled = (begin: string, size: number, end = '') => begin.padEnd(size - end.length, 'x') + end

/** So many elements that building them was what stopped a process. */
function manyElements(bytes: number): string {
  let xml = '<xml>'
  for (let n = 0; xml.length < bytes - 20; n += 1) xml += `<a${n.toString(36)}/>`
  return `${xml}</xml>`
}

const xmlOfPush = `${manyElements(47 * kB)}<Encrypt>x</Encrypt>`
const longXml = manyElements(127 * kB)
/** As many elements as are read at all. */
const flatXml = `<xml>${Array.from({ length: 195 }, (_, n) => `<a${n}>${'x'.repeat(60)}</a${n}>`).join('')}</xml>`

const signedHeaders = (serial: string) => ({
  'content-type': 'application/json',
  'wechatpay-timestamp': String(Math.floor(Date.now() / 1_000)),
  'wechatpay-nonce': 'n',
  'wechatpay-serial': serial,
  'wechatpay-signature': randomBytes(256).toString('base64'),
})

const eventHeaders = () => ({
  'content-type': 'application/json',
  'webhook-id': 'e',
  'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
  'webhook-signature': Array(8)
    .fill(`v1,${randomBytes(32).toString('base64')}`)
    .join(' '),
})

const nested = '['.repeat(64 * kB)
const longJson = filled('{"id":"', 127 * kB, '"}')

/** A login that was begun as anybody may: the state and the cookies of its browser. */
async function aLogin({ url, merchant }: Target): Promise<{ state: string; cookie: string }> {
  const phone = openPhone(url)
  const { location } = await phone.get(`/m/${merchant}/coupons`)
  const cookie = [...phone.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ')
  return { state: new URL(location).searchParams.get('state') ?? '', cookie }
}

/** Every route with its budget. A new route needs a row here: what is the worst that a stranger can send it? */
export const budgets: Budget[] = [
  {
    route: `GET ${paths.campaign}`,
    bytes: 0,
    calls: 0,
    worst: always(({ merchant, campaign }, turn) => get(`/m/${merchant}/c/${campaign}?reason=${long(turn)}`)),
  },
  {
    route: `POST ${paths.claims}`,
    bytes: 4 * kB,
    calls: 0,
    worst: always(({ merchant, campaign }) => ({
      method: 'POST',
      path: `/m/${merchant}/c/${campaign}/claims`,
      headers: { 'content-type': 'application/json', ...forgedCookie(`pc_member_${merchant}`) },
      body: filled('{"_csrf":"', 4 * kB, '"}'),
    })),
  },
  {
    route: `GET ${paths.claimsResume}`,
    bytes: 0,
    calls: 0,
    worst: always(({ merchant, campaign }) =>
      get(`/m/${merchant}/c/${campaign}/claims/resume`, forgedCookie('pc_login')),
    ),
  },
  {
    route: `GET ${paths.grant}`,
    bytes: 0,
    calls: 0,
    worst: always(({ merchant }, turn) => get(`/m/${merchant}/grants/${long(turn, 120)}`)),
  },
  {
    route: `GET ${paths.coupons}`,
    bytes: 0,
    calls: 0,
    worst: always(({ merchant }, turn) => get(`/m/${merchant}/coupons?x=${long(turn)}`)),
  },
  {
    route: `GET ${paths.cardOpened}`,
    bytes: 0,
    calls: 0,
    worst: always(({ merchant }, turn) =>
      get(`/m/${merchant}/card-opened?card_id=pX&encrypt_code=${long(turn)}`, weChat),
    ),
  },
  {
    route: `GET ${paths.productCard}`,
    bytes: 0,
    calls: 0,
    worst: always(({ merchant }, turn) => get(`/m/${merchant}/card/pX${turn}?x=${long(turn)}`, weChat)),
  },
  {
    route: `GET ${paths.productCardOpened}`,
    bytes: 0,
    calls: 0,
    worst: always(({ merchant }, turn) =>
      get(`/m/${merchant}/card/pX${turn}/opened?activate_ticket=${long(turn)}&encrypt_code=${long(turn)}`, weChat),
    ),
  },
  {
    route: `POST ${paths.cardToken}`,
    bytes: 4 * kB,
    calls: 0,
    worst: always(({ merchant }, turn) => ({
      method: 'POST',
      path: `/m/${merchant}/card/pX${turn}/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...weChat },
      body: filled('_csrf=', 4 * kB),
    })),
  },
  {
    route: `GET ${paths.paid}`,
    bytes: 0,
    calls: 0,
    worst: always(({ merchant }, turn) => get(`/m/${merchant}/paid?out_trade_no=${long(turn, 120)}`)),
  },
  {
    route: `GET ${paths.receipt}`,
    bytes: 0,
    // Nobody logs in here: all receipts of a merchant share thirty questions in a minute, each by at most two numbers,
    // whose certificates may have to be fetched first.
    calls: 62,
    worst: always(({ merchant, mchid }, turn) =>
      get(`/m/${merchant}/receipt?sub_mch_id=${mchid}&out_trade_no=junk${turn}&check_code=${long(turn)}`),
    ),
  },
  {
    route: `GET ${paths.oauthCallback}`,
    bytes: 0,
    calls: 3,
    async worst(at) {
      const { state, cookie } = await aLogin(at)
      return (turn) => get(`/oauth/${at.merchant}/callback?code=junk${turn}&state=${state}`, { cookie, ...weChat })
    },
  },
  {
    route: `GET ${paths.domainVerification}`,
    bytes: 0,
    calls: 0,
    worst: always((_, turn) => get(`/MP_verify_${turn}x.txt`)),
  },
  {
    route: `GET ${paths.officialAccountPush}`,
    bytes: 0,
    calls: 0,
    worst: always(({ merchant }, turn) =>
      get(`/notify/${merchant}/oa?signature=${'0'.repeat(40)}&timestamp=1&nonce=2&echostr=${long(turn, 4_000)}`),
    ),
  },
  {
    route: `POST ${paths.officialAccountPush}`,
    bytes: 48 * kB,
    calls: 0,
    worst: always(({ merchant }) => ({
      method: 'POST',
      path: `/notify/${merchant}/oa?msg_signature=${'0'.repeat(40)}&timestamp=1&nonce=2`,
      headers: { 'content-type': 'text/xml' },
      body: xmlOfPush,
    })),
  },
  {
    route: `POST ${paths.payNotification}`,
    bytes: 128 * kB,
    // A serial that we do not know makes us look at WeChat for a new certificate, once a minute.
    calls: 1,
    worst: always(({ merchant, mchid, serial }, turn) => {
      const path = `/notify/${merchant}/pay/${mchid}`
      const xml = { 'content-type': 'text/xml' }
      if (turn % 4 === 0) return { method: 'POST', path, headers: xml, body: longXml }
      if (turn % 4 === 1) return { method: 'POST', path, headers: xml, body: flatXml }
      const headers = signedHeaders(turn % 4 === 2 ? serial : String(turn).padStart(40, 'A'))
      return { method: 'POST', path, headers, body: longJson }
    }),
  },
  {
    route: `POST ${paths.brandNotification}`,
    bytes: 128 * kB,
    // A brand has WeChat Pay's public key and nothing to download.
    calls: 0,
    worst: always(({ merchant, brand, serial }, turn) => ({
      method: 'POST',
      path: `/notify/${merchant}/brand/${brand}`,
      headers: signedHeaders(turn % 2 === 0 ? serial : String(turn).padStart(40, 'A')),
      body: longJson,
    })),
  },
  {
    route: `POST ${paths.events}`,
    bytes: 64 * kB,
    calls: 0,
    worst: always(({ merchant }) => ({
      method: 'POST',
      path: `/api/${merchant}/events`,
      headers: eventHeaders(),
      body: nested,
    })),
  },
  ...consoleBudgets,
  ...consoleStockBudgets,
  ...consoleSettingsBudgets,
  ...consoleCheckBudgets,
  ...consoleCampaignBudgets,
  ...consolePeopleBudgets,
  ...consoleStockNewBudgets,
  { route: `GET ${paths.root}`, bytes: 0, calls: 0, worst: always((_, turn) => get(`/?x=${long(turn)}`)) },
  {
    route: `GET ${paths.asset}`,
    bytes: 0,
    calls: 0,
    worst: always((_, turn) => get(`/assets/${long(turn)}.css`)),
  },
  { route: `GET ${paths.healthz}`, bytes: 0, calls: 0, worst: always(() => get('/healthz')) },
  { route: `GET ${paths.readyz}`, bytes: 0, calls: 0, worst: always(() => get('/readyz')) },
  {
    route: `GET ${paths.metrics}`,
    bytes: 0,
    calls: 0,
    worst: always(() => get('/metrics', { authorization: `Bearer ${'x'.repeat(4_000)}`, ...browser })),
  },
]
