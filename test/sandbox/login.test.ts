import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import { createWorld, openidOf, type World } from '../../sandbox/world.ts'

let sandbox: Sandbox
let world: World
let now = new Date('2026-11-23T12:00:00Z')

beforeAll(async () => {
  world = createWorld({ slugs: ['demo', 'other'], now })
  sandbox = await startSandbox({ port: 0, world, clock: { now: () => now } })
})
afterEach(() => sandbox.control.clearFaults())
afterAll(() => sandbox.close())

const account = (at = 0) => world.merchants[at]!.officialAccount
const callbackUrl = 'http://localhost:3000/oauth/demo/callback'

function authorizeQuery(change: Record<string, string> = {}): string {
  const query = {
    appid: account().appid,
    redirect_uri: callbackUrl,
    response_type: 'code',
    scope: 'snsapi_base',
    state: 'a1b2',
    ...change,
  }
  return new URLSearchParams(query).toString()
}

async function authorize(query: string, member = 'xiaohong'): Promise<{ location: string; text: string }> {
  const response = await fetch(`${sandbox.url}/connect/oauth2/authorize?${query}`, {
    redirect: 'manual',
    headers: { cookie: `other=1; sandbox_member=${member}` },
  })
  return { location: response.headers.get('location') ?? '', text: await response.text() }
}

async function exchange(code: string, change: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const { appid, appSecret } = account()
  const query = new URLSearchParams({ appid, secret: appSecret, code, grant_type: 'authorization_code', ...change })
  const response = await fetch(`${sandbox.url}/sns/oauth2/access_token?${query}`)
  expect(response.headers.get('content-type')).toBe('text/plain')
  return (await response.json()) as Record<string, unknown>
}

const codeIn = (address: string) => new URL(address).searchParams.get('code') ?? ''

describe('the authorize page', () => {
  test('sends the browser back silently with a code of the member it is, good once', async () => {
    const { location } = await authorize(authorizeQuery())
    expect(location).toMatch(/^http:\/\/localhost:3000\/oauth\/demo\/callback\?code=\w{32}&state=a1b2$/)
    const code = codeIn(location)
    expect(await exchange(code)).toMatchObject({ openid: world.members[1]!.openid, scope: 'snsapi_base' })
    expect(await exchange(code)).toMatchObject({ errcode: 40163 })
  })

  test('knows any number of members, each with their own openid under each appid', async () => {
    const { location } = await authorize(authorizeQuery({ appid: account(1).appid }), 'visitor-77')
    const { appid, appSecret } = account(1)
    const member = await exchange(codeIn(location), { appid, secret: appSecret })
    expect(member.openid).toBe(openidOf(account(1), 'visitor-77'))
  })

  test('joins its answer to a query that is already there', async () => {
    const { location } = await authorize(authorizeQuery({ redirect_uri: `${callbackUrl}?x=1` }))
    expect(location).toContain('callback?x=1&code=')
  })

  test.each<[string, () => string]>([
    ['10012', () => authorizeQuery({ appid: '' })],
    ['10011', () => authorizeQuery({ redirect_uri: '' })],
    ['10010', () => authorizeQuery({ scope: '' })],
    ['10013', () => authorizeQuery({ state: '' })],
    ['10005', () => authorizeQuery({ scope: 'snsapi_all' })],
    ['10003', () => authorizeQuery({ redirect_uri: 'https://example.com/' })],
    ['10003', () => authorizeQuery({ redirect_uri: 'javascript:alert(1)' })],
    ['10012', () => authorizeQuery({ appid: 'wx1' })],
    ['链接错误', () => authorizeQuery({ state: 'x'.repeat(129) })],
    ['链接错误', () => authorizeQuery({ response_type: 'token' })],
    ['链接错误', () => `state=a1&${authorizeQuery().replace('&state=a1b2', '')}`],
    ['链接错误', () => `${authorizeQuery()}&extra=1`],
  ])('answers %s with a page when the link is wrong', async (fault, query) => {
    const { location, text } = await authorize(query())
    expect(location).toBe('')
    expect(text).toContain(fault)
  })

  test('calls back twice with two codes, or twice with the same', async () => {
    sandbox.control.setFault({ fault: 'two_codes', times: 1 })
    const two = callbacksIn((await authorize(authorizeQuery())).text)
    expect(new Set(two.map(codeIn)).size).toBe(2)
    sandbox.control.setFault({ fault: 'same_code_twice', times: 1 })
    const same = callbacksIn((await authorize(authorizeQuery())).text)
    expect(same).toHaveLength(2)
    expect(new Set(same.map(codeIn)).size).toBe(1)
  })

  test('makes a snapshot visitor nobody, and lets a member refuse', async () => {
    sandbox.control.setFault({ fault: 'snapshot', times: 1 })
    const visitor = await exchange(codeIn((await authorize(authorizeQuery())).location))
    expect(visitor.is_snapshotuser).toBe(1)
    expect(world.members.map((member) => member.openid)).not.toContain(visitor.openid)
    sandbox.control.setFault({ fault: 'no_code', times: 1 })
    expect((await authorize(authorizeQuery())).location).toBe(`${callbackUrl}?state=a1b2`)
  })

  function callbacksIn(page: string): string[] {
    return [...page.matchAll(/(?:src|href)="(http[^"]+)"/g)].map((match) => match[1]!.replaceAll('&amp;', '&'))
  }
})

describe('the code exchange', () => {
  test('refuses a code after five minutes, of another appid, or made up', async () => {
    const code = codeIn((await authorize(authorizeQuery())).location)
    const { appid, appSecret } = account(1)
    expect(await exchange(code, { appid, secret: appSecret })).toMatchObject({ errcode: 40029 })
    now = new Date(now.getTime() + 301_000)
    expect(await exchange(code)).toMatchObject({ errcode: 40029 })
    await authorize(authorizeQuery())
    expect(await exchange('made-up')).toMatchObject({ errcode: 40029 })
  })

  test('refuses a wrong appid, secret, grant type and a missing code', async () => {
    expect(await exchange('x', { appid: 'wx1' })).toMatchObject({ errcode: 40013 })
    expect(await exchange('x', { secret: 'wrong' })).toMatchObject({ errcode: 40125 })
    expect(await exchange('x', { grant_type: 'x' })).toMatchObject({ errcode: 40002 })
    expect(await exchange('')).toMatchObject({ errcode: 41008 })
  })

  test('fails as told: WeChat’s codes keep the code good, a lost answer does not', async () => {
    const code = codeIn((await authorize(authorizeQuery())).location)
    for (const [fault, errcode] of [
      ['busy', -1],
      ['quota', 45009],
      ['code_used', 40163],
      ['secret_frozen', 40243],
    ] as const) {
      sandbox.control.setFault({ fault, endpoint: 'oauth_exchange', times: 1 })
      expect(await exchange(code)).toMatchObject({ errcode })
    }
    sandbox.control.setFault({ fault: 'reset_after_commit', endpoint: 'oauth_exchange', times: 1 })
    await expect(exchange(code)).rejects.toThrow()
    expect(await exchange(code)).toMatchObject({ errcode: 40163 })
    expect(sandbox.control.calls({ endpoint: 'oauth_exchange' }).at(-1)).toMatchObject({ code: '40163' })
  })

  test('answers nothing, a page, or {} with 502 when told', async () => {
    const answers = []
    for (const fault of ['empty_body', 'html_502', 'empty_json_502'] as const) {
      sandbox.control.setFault({ fault, endpoint: 'oauth_exchange', times: 1 })
      const response = await fetch(`${sandbox.url}/sns/oauth2/access_token`)
      answers.push([response.status, (await response.text()).slice(0, 6)])
    }
    expect(answers).toEqual([
      [200, ''],
      [502, '<html>'],
      [502, '{}'],
    ])
  })
})

describe('the server token', () => {
  const stable = (change: object = {}) =>
    post('/cgi-bin/stable_token', {
      grant_type: 'client_credential',
      appid: account().appid,
      secret: account().appSecret,
      force_refresh: false,
      ...change,
    })
  const classic = async () => {
    const { appid, appSecret } = account()
    const query = new URLSearchParams({ appid, secret: appSecret, grant_type: 'client_credential' })
    return (await (await fetch(`${sandbox.url}/cgi-bin/token?${query}`)).json()) as { access_token: string }
  }
  const use = async (token: string) =>
    (await post(`/card/code/decrypt?access_token=${token}`, { encrypt_code: 'x' })).errcode

  test('stays the same until its last five minutes, then is new and the old one works on', async () => {
    const first = await stable()
    expect(await stable()).toMatchObject({ access_token: first.access_token })
    now = new Date(now.getTime() + 6_901_000)
    const second = await stable()
    expect(second.access_token).not.toBe(first.access_token)
    expect(await use(String(first.access_token))).toBe(40056)
    now = new Date(now.getTime() + 300_000)
    expect(await use(String(first.access_token))).toBe(42001)
    const forced = await stable({ force_refresh: true })
    expect(forced.access_token).not.toBe(second.access_token)
    expect(await use(String(second.access_token))).toBe(40001)
  })

  test('of the old kind pushes the one before out, five minutes later', async () => {
    const first = await classic()
    const second = await classic()
    expect(await use(first.access_token)).toBe(40056)
    now = new Date(now.getTime() + 300_000)
    expect([await use(first.access_token), await use(second.access_token)]).toEqual([42001, 40056])
  })

  test('can end early, and is refused for wrong credentials', async () => {
    const token = String((await stable()).access_token)
    sandbox.control.endTokens('expired')
    expect(await use(token)).toBe(42001)
    sandbox.control.endTokens('invalid')
    expect(await use(token)).toBe(40001)
    expect(await post('/card/code/decrypt', {})).toMatchObject({ errcode: 41001 })
    expect(await stable({ secret: 'x' })).toMatchObject({ errcode: 40125 })
    expect(await stable({ grant_type: 'x' })).toMatchObject({ errcode: 40002 })
    sandbox.control.setFault({ fault: 'ip_refused', endpoint: 'stable_token', times: 1 })
    expect(await stable()).toMatchObject({ errcode: 61004 })
  })
})

describe('a member card', () => {
  async function call(path: string, body: object): Promise<Record<string, unknown>> {
    const { appid, appSecret } = account()
    const token = await post('/cgi-bin/stable_token', { grant_type: 'client_credential', appid, secret: appSecret })
    return post(`${path}?access_token=${String(token.access_token)}`, body)
  }

  test('is known by its landing address: code, owner and form', async () => {
    const card = sandbox.control.takeCard(world.members[0]!.openid, { outerStr: 'store 7' })
    const landing = new URL(card.landingUrl)
    expect(landing.pathname).toBe('/m/demo/card-opened')
    expect([...landing.searchParams.keys()]).toEqual([
      'card_id',
      'encrypt_code',
      'outer_str',
      'openid',
      'activate_ticket',
    ])
    const encrypt_code = landing.searchParams.get('encrypt_code')
    expect(await call('/card/code/decrypt', { encrypt_code })).toMatchObject({ errcode: 0, code: card.code })
    const found = await call('/card/membercard/userinfo/get', { card_id: card.cardId, code: card.code })
    expect(found).toMatchObject({ openid: card.openid, user_card_status: 'NORMAL', has_active: true })
    const activate_ticket = landing.searchParams.get('activate_ticket')
    expect(await call('/card/membercard/activatetempinfo/get', { activate_ticket })).toMatchObject({ errcode: 0 })
    expect(await call('/card/membercard/activatetempinfo/get', {})).toMatchObject({ errcode: 72012 })
  })

  test('gives a garbage code for an encrypt_code that is still encoded', async () => {
    const card = sandbox.control.takeCard(world.members[0]!.openid)
    const answer = await call('/card/code/decrypt', { encrypt_code: encodeURIComponent(card.encryptCode) })
    expect(answer.errcode).toBe(0)
    expect(answer.code).not.toMatch(/^[0-9A-Za-z_-]+$/)
    expect(await call('/card/code/decrypt', { encrypt_code: '%' })).toMatchObject({ errcode: 40056 })
  })

  test('of the jump kind is active only once the merchant activates it', async () => {
    const card = sandbox.control.takeCard(world.members[0]!.openid, { hasActive: false })
    const about = { card_id: card.cardId, code: card.code }
    expect(await call('/card/membercard/userinfo/get', about)).toMatchObject({
      has_active: false,
      membership_number: '',
    })
    expect(await call('/card/membercard/activate', about)).toMatchObject({ errcode: 40056 })
    expect(await call('/card/membercard/activate', { ...about, membership_number: '8' })).toMatchObject({ errcode: 0 })
    expect(await call('/card/membercard/userinfo/get', about)).toMatchObject({
      has_active: true,
      membership_number: '8',
    })
    sandbox.control.changeCard(card.code, { status: 'DELETE' })
    expect(await call('/card/membercard/userinfo/get', about)).toMatchObject({ user_card_status: 'DELETE' })
    expect(await call('/card/membercard/userinfo/get', { ...about, card_id: 'p1' })).toMatchObject({ errcode: 40056 })
  })
})

test('a ticket opens nothing while the form is not sent, and an auto card may come without has_active', async () => {
  const { appid, appSecret: secret } = account()
  const token = await post('/cgi-bin/stable_token', { grant_type: 'client_credential', appid, secret })
  const ask = (path: string, body: object) => post(`${path}?access_token=${String(token.access_token)}`, body)
  const card = sandbox.control.takeCard(world.members[0]!.openid, { formFilled: false, tellsActive: false })
  const form = { activate_ticket: card.activateTicket }
  expect(await ask('/card/membercard/activatetempinfo/get', form)).toMatchObject({ errcode: 72012 })
  sandbox.control.changeCard(card.code, { formFilled: true })
  expect(await ask('/card/membercard/activatetempinfo/get', form)).toMatchObject({ errcode: 0 })
  const told = await ask('/card/membercard/userinfo/get', { card_id: card.cardId, code: card.code })
  expect([told.errcode, told.has_active]).toEqual([0, undefined])
})

async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(sandbox.url + path, { method: 'POST', body: JSON.stringify(body) })
  return (await response.json()) as Record<string, unknown>
}
