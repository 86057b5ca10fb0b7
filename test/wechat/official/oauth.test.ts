import { inspect } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { openLog } from '../../../src/plumbing/telemetry/log.ts'
import { Secret } from '../../../src/plumbing/secrets/secret.ts'
import { openOAuth } from '../../../src/wechat/official/oauth.ts'
import { type Answer, openScriptedHost } from '../../support/scripted-host.ts'
import { aWall } from '../../support/walls.ts'

const appid = 'wx0123456789abcdef'
const openid = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'
/** Made at run time and looked for in everything that is printed. */
const appSecret = `appsecret${Math.random().toString(16).slice(2)}`

/** Web login against a WeChat that gives one answer; `printed` is all that was logged. */
async function anOAuth(answer: Answer) {
  const wechat = await openScriptedHost(answer)
  onTestFinished(() => wechat[Symbol.asyncDispose]())
  const wall = aWall()
  onTestFinished(() => wall.destroy())
  const printed: string[] = []
  const log = openLog('trace', { write: (line) => void printed.push(line) })
  const options = { openUrl: 'https://open.weixin.qq.com', apiUrl: wechat.url, wall, log }
  return { oauth: openOAuth({ appid, appSecret: new Secret(appSecret) }, options), wechat, printed }
}

it("The authorize address is WeChat's own, in its strict order, with the fragment last", async () => {
  const { oauth } = await anOAuth('silence')
  const redirectUri = 'https://h5.example.com/oauth/demo/callback?from=a.b'
  expect(oauth.authorizeUrl({ redirectUri, state: '0f'.repeat(16) })).toBe(
    `https://open.weixin.qq.com/connect/oauth2/authorize?appid=${appid}` +
      '&redirect_uri=https%3A%2F%2Fh5.example.com%2Foauth%2Fdemo%2Fcallback%3Ffrom%3Da.b' +
      `&response_type=code&scope=snsapi_base&state=${'0f'.repeat(16)}#wechat_redirect`,
  )
})

it('A code is exchanged by one call with exactly the documented parameters', async () => {
  const { oauth, wechat } = await anOAuth({
    body: { openid, access_token: 'AT', refresh_token: 'RT', expires_in: 7200 },
  })
  expect(await oauth.exchange('the code&x=1')).toEqual({ kind: 'member', openid })
  expect(wechat.calls.map((call) => [call.path, Object.fromEntries(call.query)])).toEqual([
    ['/sns/oauth2/access_token', { appid, secret: appSecret, code: 'the code&x=1', grant_type: 'authorization_code' }],
  ])
  expect(inspect(oauth, { depth: 9 })).not.toMatch(/AT|RT/)
})

const error = (errcode: unknown, errmsg = 'nonsense hints: [ req_id: abc-1 ]') => ({ body: { errcode, errmsg } })

it.each<[string, Answer, object]>([
  ['40029, invalid or expired', error(40029), { kind: 'code_used' }],
  ['40163, used', error(40163), { kind: 'code_used' }],
  ['41008, missing', error(41008), { kind: 'code_used' }],
  ['40030, refresh_token invalid', error(40030), { kind: 'code_used' }],
  ['42002, refresh_token expired', error(42002), { kind: 'code_used' }],
  ['42003, code expired', error(42003), { kind: 'code_used' }],
  ['40013, wrong appid', error(40013), { kind: 'misconfigured', errcode: 40013 }],
  ['40125, wrong secret', error(40125), { kind: 'misconfigured', errcode: 40125 }],
  ['40164, address not allowed', error(40164), { kind: 'misconfigured', errcode: 40164 }],
  ['61004, address not allowed', error(61004), { kind: 'misconfigured', errcode: 61004 }],
  ['40243, secret frozen', error(40243), { kind: 'misconfigured', errcode: 40243 }],
  ['48001, not authorised', error(48001), { kind: 'misconfigured', errcode: 48001 }],
  ['an unknown number', error(99999), { kind: 'misconfigured', errcode: 99999 }],
  ['-1, busy', error(-1), { kind: 'later' }],
  ['45009, quota', error(45009), { kind: 'later' }],
  ['45011, frequency', error(45011), { kind: 'later' }],
  ['a number sent as text', error('40163'), { kind: 'code_used' }],
  ['an errcode that is no number', error('oops'), { kind: 'later' }],
  ['errcode 0 beside an openid', { body: { errcode: 0, openid } }, { kind: 'member', openid }],
  ['a snapshot visitor', { body: { openid, is_snapshotuser: 1 } }, { kind: 'snapshot' }],
  ['a mark of another shape', { body: { openid, is_snapshotuser: { toString: false } } }, { kind: 'snapshot' }],
  ['a snapshot visitor, as text', { body: { openid, is_snapshotuser: '1' } }, { kind: 'snapshot' }],
  ['an empty body', { body: '' }, { kind: 'later' }],
  ['null', { body: 'null' }, { kind: 'later' }],
  ['a list', { body: '[]' }, { kind: 'later' }],
  ['a text', { body: '"ok"' }, { kind: 'later' }],
  ['no openid', { body: { access_token: 'AT' } }, { kind: 'later' }],
  ['an openid with a semicolon', { body: { openid: 'o1;path=/' } }, { kind: 'later' }],
  ['an openid that is a number', { body: { openid: 5 } }, { kind: 'later' }],
  ["a gateway's page", { body: '<html>502</html>' }, { kind: 'later' }],
  ["a gateway's page with its status", { status: 502, body: '<html>502</html>' }, { kind: 'later' }],
  ['502 with an object', { status: 502, body: {} }, { kind: 'later' }],
  ['502 with an openid', { status: 502, body: { openid } }, { kind: 'later' }],
  ['a reset', 'hang up', { kind: 'later' }],
])('WeChat answers %s, and the AppSecret is printed nowhere', async (_, answer, expected) => {
  const { oauth, printed } = await anOAuth(answer)
  const exchanged = await oauth.exchange('c1')
  expect(exchanged).toEqual(expected)
  expect(printed.join('')).not.toContain(appSecret)
  expect(printed.join('')).not.toContain('"c1"')
  if (exchanged.kind === 'misconfigured') expect(printed.join('')).toMatch(/"level":50.*"rid":"abc-1"/)
})

it('WeChat that does not answer is given up after three seconds, without the AppSecret in the log', async () => {
  const { oauth, printed, wechat } = await anOAuth('silence')
  expect(await oauth.exchange('c1')).toEqual({ kind: 'later' })
  expect(wechat.calls).toHaveLength(1)
  expect(printed.join('')).toContain('timeout')
  expect(printed.join('')).not.toContain(appSecret)
})

it('WeChat that cannot be reached is answered with later, without the AppSecret in the log', async () => {
  const { oauth, printed, wechat } = await anOAuth('silence')
  await wechat[Symbol.asyncDispose]()
  expect(await oauth.exchange('c1')).toEqual({ kind: 'later' })
  expect(printed.join('')).not.toContain(appSecret)
})
