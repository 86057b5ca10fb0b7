import { Writable } from 'node:stream'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openLog } from '../../src/plumbing/telemetry/log.ts'
import { Refusal } from '../../src/refusal.ts'
import { aCampaign, aStock } from '../support/builders.ts'
import { startSite } from '../support/site.ts'
import { shopOfFile } from '../support/shop.ts'

const lines: string[] = []
const destination = new Writable({ write: (line: Buffer, _, done) => done(void lines.push(line.toString())) })
const { services, site, merchant } = await shopOfFile({ redis: false, log: openLog('debug', destination) })
afterEach(() => void vi.restoreAllMocks())

describe('an address that does not exist', () => {
  it.each([
    '/console/login',
    '/m/nobody/coupons',
    '/m/nobody/c/x',
    '/favicon.ico',
    '/MP_verify_x.txt',
    '/assets/style.css',
  ])('%s answers a Chinese 404 page', async (path) => {
    const seen = await site.phone().get(path)
    expect(seen.status).toBe(404)
    expect(seen.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(seen.text).toContain('页面不存在')
  })

  it('answers a program in JSON', async () => {
    const seen = await site.phone().get('/nowhere', { Accept: 'application/json' })
    expect(seen.status).toBe(404)
    expect(JSON.parse(seen.text)).toMatchObject({ message: 'no such address' })
    const api = await site.phone().get('/api/demo/nothing')
    expect(JSON.parse(api.text)).toMatchObject({ message: 'no such address' })
  })

  it('knows HEAD and OPTIONS, and refuses other methods', async () => {
    const ask = (method: string) => fetch(`${site.ownUrl}/healthz`, { method })
    expect((await ask('HEAD')).status).toBe(200)
    const options = await ask('OPTIONS')
    expect([options.status, options.headers.get('allow')]).toEqual([200, 'HEAD, GET'])
    const remove = await ask('DELETE')
    expect([remove.status, remove.headers.get('allow')]).toEqual([405, 'HEAD, GET'])
    expect(await remove.text()).toContain('页面不存在')
  })
})

describe('an error at an address that is no page of a member', () => {
  it.each(['/api/demo/nothing', '/notify/demo/nothing'])('%s is told in JSON, whatever is asked for', async (path) => {
    const seen = await site.phone().get(path, { Accept: 'text/html, application/json' })
    expect(JSON.parse(seen.text)).toMatchObject({ message: 'no such address' })
  })

  it.each(['/assets/none.css', '/MP_verify_x.txt', '/metrics'])('%s is told without any page of ours', async (path) => {
    const seen = await site.operator().get(path, { 'X-Forwarded-For': '203.0.113.1' })
    expect([seen.status, seen.text]).toEqual([404, expect.stringContaining('页面不存在')])
    expect(seen.text).not.toMatch(/<link|<script|<footer/)
  })
})

describe('every answer', () => {
  it('allows the browser nothing that our pages do not need', async () => {
    const { headers } = await site.phone().get('/nowhere')
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/script-src 'nonce-[\w-]{22}'/)
    for (const rule of [
      "default-src 'none'",
      "style-src 'self'",
      "img-src 'self' data:",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]) {
      expect(policy).toContain(rule)
    }
    expect(policy).toContain(`form-action 'self' ${services.config.publicUrl} ${services.config.wechat.openUrl}`)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.get('strict-transport-security')).toBeNull()
  })

  it('insists on TLS in production', async () => {
    const config = { ...services.config, production: true }
    await using strict = await startSite({ ...services, config })
    expect((await strict.phone().get('/')).headers.get('strict-transport-security')).toBe('max-age=31536000')
  })

  it('has a nonce and a number of its own', async () => {
    const [one, two] = [await site.phone().get('/'), await site.phone().get('/')]
    expect(one.headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}$/)
    expect(one.headers.get('x-request-id')).not.toBe(two.headers.get('x-request-id'))
    const nonce = /nonce-([\w-]+)/.exec(one.headers.get('content-security-policy') ?? '')?.[1]
    expect(one.text).toContain(`nonce="${nonce}"`)
  })

  it('has no inline script, handler or style', async () => {
    const campaign = await aCampaign(services, await aStock(services, merchant))
    const { text } = await site.phone().get(`/m/${merchant.slug}/c/${campaign.slug}`)
    expect(text).not.toMatch(/\son\w+=|\sstyle=|javascript:|<style/)
    expect(text.match(/<script[^>]*>(?!<\/script>)/)).toBeNull()
  })
})

describe('when something fails', () => {
  it('the person sees a request number and nothing else, and the log has the cause', async () => {
    vi.spyOn(services.catalog, 'merchant').mockRejectedValue(new Error('column "secret_thing" does not exist'))
    const seen = await site.phone().get('/m/demo/coupons?code=oauth-code-1')
    const number = seen.headers.get('x-request-id') ?? ''
    expect(seen.status).toBe(500)
    expect(seen.text).toContain('请稍后再试')
    expect(seen.text).toContain(number)
    expect(seen.text).not.toContain('secret_thing')
    const logged = lines.filter((line) => line.includes(number)).join('')
    expect(logged).toContain('secret_thing')
    expect(logged).not.toContain('oauth-code-1')
  })

  it.each([
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('terminating connection'), { code: '57P01' }),
    new AggregateError([Object.assign(new Error('no'), { code: 'ECONNREFUSED' })]),
    new Error('wrapped', { cause: new Error('Connection terminated unexpectedly') }),
  ])('a neighbour that is away is 503: %s', async (error) => {
    vi.spyOn(services.catalog, 'merchant').mockRejectedValue(error)
    const seen = await site.phone().get('/m/demo/coupons')
    expect(seen.status).toBe(503)
    expect(seen.headers.get('retry-after')).toBe('5')
    expect(seen.text).toContain('请稍等片刻再试')
    const program = await site.phone().get('/m/demo/coupons', { Accept: 'application/json' })
    expect(JSON.parse(program.text)).toMatchObject({
      message: 'please try again later',
      request_id: expect.any(String),
    })
  })

  it('a refusal shows its sentence', async () => {
    vi.spyOn(services.catalog, 'merchant').mockRejectedValue(new Refusal('try_later'))
    const page = await site.phone().get('/m/demo/coupons')
    expect([page.status, page.text]).toEqual([503, expect.stringContaining('领取的人有点多，请稍后再试')])
    const program = await site.phone().get('/m/demo/coupons', { Accept: 'application/json' })
    expect(JSON.parse(program.text)).toMatchObject({ status: 'refused', reason: 'try_later' })
  })
})

describe('our files', () => {
  it('may be kept for ever, under an address that changes with them', async () => {
    const page = await site.phone().get('/nowhere')
    const paths = [...page.text.matchAll(/\/assets\/[\w.]+/g)].map(([path]) => path)
    expect(paths).toHaveLength(2)
    for (const path of paths) {
      const file = await site.phone().get(path)
      expect(file.status).toBe(200)
      expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(file.headers.get('content-encoding')).toBe('gzip')
      const plain = await site.phone().get(path, { 'Accept-Encoding': 'identity' })
      expect(plain.headers.get('content-encoding')).toBeNull()
      expect(plain.text).toBe(file.text)
    }
  })
})
