import { expect, test } from 'vitest'
import { openLog } from '../../../src/plumbing/telemetry/log.ts'
import { maskUrl } from '../../../src/plumbing/telemetry/mask-url.ts'
import { Secret } from '../../../src/plumbing/secrets/secret.ts'

function lines(level = 'info') {
  const written: string[] = []
  const log = openLog(level, { write: (line: string) => void written.push(line) })
  return { log, text: () => written.join('') }
}

test('secrets stay out of the log under every name and depth in use', () => {
  const { log, text } = lines()
  log.info(
    { authorization: 'hunter2', keys: { private_key: 'hunter2', apiV3Key: 'hunter2' }, secret: new Secret('hunter2') },
    'a',
  )
  log.info({ req: { headers: { cookie: 'hunter2', authorization: 'hunter2', 'set-cookie': ['hunter2'] } } }, 'b')
  log.info({ merchant: { official: { app_secret: 'hunter2' } } }, 'c')
  expect(text()).not.toContain('hunter2')
  expect(text()).toContain('[secret]')
  expect(text()).toMatch(/"time":"\d{4}-\d\d-\d\dT/)
})

test('an address in the log shows neither OAuth codes nor card tickets nor who it was', () => {
  const { log, text } = lines()
  log.info({ url: '/oauth/demo/callback?code=hunter2&state=hunter2' }, 'a')
  log.info(
    { url: '/m/demo/card-opened&encrypt_code=hunter2&openid=hunter2&activate_ticket=hunter2&outer_str=shop' },
    'b',
  )
  log.error({ err: new Error('GET https://api.weixin.qq.com/x?access_token=hunter2&secret=hunter2#top failed') }, 'c')
  log.error({ err: { not: 'an error' }, url: 7 }, 'd')
  expect(text()).not.toContain('hunter2')
  expect(text()).toContain('outer_str=shop')
  expect(text()).toContain('not')
})

test('WeChat Pay paths are masked where they name a member', () => {
  expect(maskUrl('/v3/marketing/favor/users/oAbc123/coupons?appid=wx1')).toBe(
    '/v3/marketing/favor/users/***/coupons?appid=wx1',
  )
  expect(maskUrl('RULE_LIMIT 用户已达最大领券次数, code=1')).toBe('RULE_LIMIT 用户已达最大领券次数, code=1')
})

test('a silent log says nothing', () => {
  const { log, text } = lines('silent')
  log.fatal('everything is on fire')
  expect(text()).toBe('')
})
