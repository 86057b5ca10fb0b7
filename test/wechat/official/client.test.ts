import { inspect } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { openLog } from '../../../src/plumbing/telemetry/log.ts'
import { Secret } from '../../../src/plumbing/secrets/secret.ts'
import { openOfficialClient } from '../../../src/wechat/official/client.ts'
import { type Answer, type Call, openScriptedHost } from '../../support/scripted-host.ts'
import { aHold, until } from '../../support/waiting.ts'
import { aWall } from '../../support/walls.ts'

const appid = 'wx0123456789abcdef'
const appSecret = `appsecret${Math.random().toString(16).slice(2)}`
const tokenPath = '/cgi-bin/stable_token'

/** A client whose tokens are T1, T2 … and whose other calls `answer` decides. */
async function aClient(answer: (call: Call, token: string) => Answer, tokenAnswer?: () => Answer) {
  let tokens = 0
  const wechat = await openScriptedHost((call) => answer(call, call.query.get('access_token') ?? ''))
  wechat.route(tokenPath, () => {
    tokens += 1
    return tokenAnswer?.() ?? { body: { access_token: `token-T${tokens}`, expires_in: 7200 } }
  })
  onTestFinished(() => wechat[Symbol.asyncDispose]())
  const wall = aWall()
  onTestFinished(() => wall.destroy())
  const clock = { at: new Date('2026-11-23T04:00:00Z'), now: () => clock.at }
  const printed: string[] = []
  const log = openLog('trace', { write: (line) => void printed.push(line) })
  const account = { appid, appSecret: new Secret(appSecret) }
  const client = openOfficialClient(account, { apiUrl: wechat.url, wall, clock, log })
  const asked = (path: string) => wechat.calls.filter((call) => call.path === path)
  return { client, wechat, clock, printed, asked }
}

const card = { openid: 'o1', user_card_status: 'NORMAL', has_active: true }
const ok = { errcode: 0, errmsg: 'ok' }

it('The token is asked for once by many calls, as stable_token wants it, and again five minutes before its end', async () => {
  const { client, clock, asked } = await aClient(() => ({ body: { ...ok, ...card } }))
  await Promise.all(Array.from({ length: 8 }, () => client.readMemberCard('p1', '001')))
  expect(asked(tokenPath).map((call) => JSON.parse(call.body) as unknown)).toEqual([
    { grant_type: 'client_credential', appid, secret: appSecret, force_refresh: false },
  ])
  clock.at = new Date(clock.at.getTime() + 6_899_000)
  await client.readMemberCard('p1', '001')
  expect(asked(tokenPath)).toHaveLength(1)
  clock.at = new Date(clock.at.getTime() + 1_000)
  await client.readMemberCard('p1', '001')
  expect(asked(tokenPath)).toHaveLength(2)
})

it.each([40001, 40014, 42001])('%i drops the token, fetches one and repeats the call once', async (errcode) => {
  const { client, asked } = await aClient((_, token) => ({
    body: token === 'token-T1' ? { errcode, errmsg: 'invalid credential, rid: r-1' } : { ...ok, ...card },
  }))
  expect(await client.readMemberCard('p1', '001')).toEqual({ kind: 'ok', body: card })
  expect(asked(tokenPath)).toHaveLength(2)
  expect(asked('/card/membercard/userinfo/get')).toHaveLength(2)
})

it('Many calls that meet one stale token fetch one new token', async () => {
  const hold = aHold()
  const { client, asked } = await aClient((_, token) => ({
    after: hold.over,
    body: token === 'token-T1' ? { errcode: 42001, errmsg: 'expired' } : { ...ok, ...card },
  }))
  const calls = Promise.all(Array.from({ length: 6 }, () => client.readMemberCard('p1', '001')))
  await until(() => asked('/card/membercard/userinfo/get').length === 6)
  hold.letGo()
  const replies = await calls
  expect(new Set(replies.map((reply) => reply.kind))).toEqual(new Set(['ok']))
  expect(asked(tokenPath)).toHaveLength(2)
})

it('A token that is always stale is given up after one repeat', async () => {
  const { client, asked, printed } = await aClient(() => ({ body: { errcode: 40001, errmsg: 'x rid: r-2' } }))
  expect(await client.readMemberCard('p1', '001')).toEqual({ kind: 'misconfigured', errcode: 40001, rid: 'r-2' })
  expect(asked('/card/membercard/userinfo/get')).toHaveLength(2)
  expect(printed.join('')).toContain('r-2')
})

it.each<[string, Answer, object]>([
  [
    '48001, no permission for cards',
    { body: { errcode: 48001, errmsg: 'x' } },
    { kind: 'misconfigured', errcode: 48001 },
  ],
  [
    '40056, no such code',
    { body: { errcode: 40056, errmsg: 'x, rid: r3' } },
    { kind: 'refusal', errcode: 40056, rid: 'r3' },
  ],
  ['-1, busy', { body: { errcode: -1, errmsg: 'x' } }, { kind: 'later', word: 'errcode_-1' }],
  ['45009, quota', { body: { errcode: 45009, errmsg: 'x' } }, { kind: 'later', word: 'errcode_45009' }],
  ['a 502 page', { status: 502, body: '<html>' }, { kind: 'later', word: 'http_502' }],
  ['nothing', { body: '' }, { kind: 'later', word: 'unreadable_answer' }],
  ['no openid', { body: ok }, { kind: 'later', word: 'unreadable_answer' }],
  ['silence', 'silence', { kind: 'later', word: 'timeout' }],
])('A card call that is answered %s', async (_, answer, expected) => {
  const { client } = await aClient(() => answer)
  expect(await client.readMemberCard('p1', '001')).toMatchObject(expected)
})

it.each<[string, Answer, object]>([
  ['a wrong secret', { body: { errcode: 40125, errmsg: 'x' } }, { kind: 'misconfigured', errcode: 40125 }],
  [
    'an address that is not allowed',
    { body: { errcode: 61004, errmsg: 'x' } },
    { kind: 'misconfigured', errcode: 61004 },
  ],
  ['a 500', { status: 500, body: '' }, { kind: 'later', word: 'http_500' }],
  ['no token in it', { body: { expires_in: 7200 } }, { kind: 'later', word: 'unreadable_answer' }],
])('A token request that is answered with %s', async (_, answer, expected) => {
  const { client, asked } = await aClient(
    () => ({ body: { ...ok, ...card } }),
    () => answer,
  )
  expect(await client.readMemberCard('p1', '001')).toMatchObject(expected)
  expect(asked('/card/membercard/userinfo/get')).toHaveLength(0)
})

it('An encrypt_code is decrypted as it was decoded once; a garbage code is a wrong code', async () => {
  let code = '070891'
  const { client, wechat } = await aClient(() => ({ body: { ...ok, code } }))
  expect(await client.decryptCardCode('aB+/x=')).toEqual({ kind: 'ok', body: { code: '070891' } })
  expect(JSON.parse(wechat.calls[1]?.body ?? '')).toEqual({ encrypt_code: 'aB+/x=' })
  for (code of ['07\u0001\u0002', '', '0708 91']) {
    expect(await client.decryptCardCode('aB%2B')).toEqual({ kind: 'refusal', errcode: 40056, rid: undefined })
  }
})

it.each([
  [true, true],
  ['true', true],
  [1, true],
  [false, false],
  ['0', false],
  [undefined, undefined],
  [null, undefined],
])('has_active %j is read as %j', async (sent, read) => {
  const { client } = await aClient(() => ({ body: { ...ok, ...card, has_active: sent } }))
  expect(await client.readMemberCard('p1', '001')).toEqual({ kind: 'ok', body: { ...card, has_active: read } })
})

it('A card is made active by its code and number', async () => {
  const { client, wechat } = await aClient(() => ({ body: ok }))
  const reply = await client.activateMemberCard({ cardId: 'p1', code: '001', membershipNumber: '001' })
  expect(reply).toEqual({ kind: 'ok', body: {} })
  expect(JSON.parse(wechat.calls[1]?.body ?? '')).toEqual({ card_id: 'p1', code: '001', membership_number: '001' })
})

it('What the member filled in is read, whatever of it is missing', async () => {
  const custom = [{ name: '爱好', value: '', value_list: ['茶', '书'] }, { name: '空' }, null, { value: 'x' }]
  const info = { common_field_list: [{ name: 'USER_FORM_INFO_FLAG_MOBILE', value: '138' }], custom_field_list: custom }
  let body: object = { ...ok, info }
  const { client } = await aClient(() => ({ body }))
  const fields = { USER_FORM_INFO_FLAG_MOBILE: '138', 爱好: '茶,书', 空: '' }
  expect(await client.readActivation('ticket')).toEqual({ kind: 'ok', body: { fields } })
  body = ok
  expect(await client.readActivation('ticket')).toEqual({ kind: 'ok', body: { fields: {} } })
  body = { errcode: 72012, errmsg: 'expired' }
  expect(await client.readActivation('ticket')).toMatchObject({ kind: 'refusal', errcode: 72012 })
})

it('An answer whose numbers and words are something else is put off or refused, and nothing is thrown', async () => {
  const other = { toString: false }
  let body: object = { errcode: other, errmsg: 'busy' }
  const { client } = await aClient(() => ({ body }))
  expect(await client.readMemberCard('p1', '001')).toMatchObject({ kind: 'later' })
  body = { errcode: 40099, errmsg: other }
  expect(await client.readMemberCard('p1', '001')).toMatchObject({ kind: 'refusal', rid: undefined })
  const odd = await aClient(
    () => ({ body: { ...ok, ...card } }),
    () => ({ body: { access_token: 'token-T', expires_in: other } }),
  )
  expect(await odd.client.readMemberCard('p1', '001')).toMatchObject({ kind: 'ok' })
})

it('Neither the AppSecret nor a token stands in a reply, in the log or in what inspecting the client shows', async () => {
  const answers: Answer[] = [{ body: { errcode: 48001, errmsg: 'x' } }, { status: 500, body: '' }, 'hang up']
  for (const answer of answers) {
    const { client, printed } = await aClient(() => answer)
    const reply = await client.readMemberCard('p1', '001')
    const shown = printed.join('') + inspect([client, reply], { depth: 9 })
    expect(shown).not.toMatch(new RegExp(`${appSecret}|token-T`))
    expect(printed).toHaveLength(1)
  }
})
