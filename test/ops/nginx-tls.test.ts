import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { usualPatience } from '../../src/web/patience.ts'
import { findOrInstall, findProgram } from '../support/installed.ts'
import { close, listen } from '../support/listen.ts'
import { type Proxy, startNginx } from '../support/proxies.ts'

const folder = mkdtempSync(join(tmpdir(), 'paycoupon-tls-'))
const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
const name = 'coupons.example.com'
const app = createServer((request, response) => response.end(JSON.stringify(request.headers)))
let proxy: Proxy

beforeAll(async () => {
  const openssl = findOrInstall('openssl', () => findProgram(['openssl']))
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`]
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert]
  execFileSync(openssl, [...made, ...subject], { stdio: 'pipe' })
  proxy = await startNginx(await listen(app), { cert, key })
})
afterAll(async () => {
  await proxy?.stop()
  await close(app)
  rmSync(folder, { recursive: true })
})

function ask(servername: string, headers: Record<string, string> = {}): Promise<{ status?: number; text: string }> {
  const { hostname, port } = new URL(proxy.url)
  const options = { hostname, port, servername, ca: readFileSync(cert), agent: false as const }
  return new Promise((resolve, reject) => {
    get({ ...options, headers: { Host: servername, ...headers } }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode, text }))
    }).on('error', reject)
  })
}

test('nginx ends TLS for the public name, and the application hears that it was https', async () => {
  const { text } = await ask(name)
  expect(JSON.parse(text)).toMatchObject({ host: name, 'x-forwarded-proto': 'https', 'x-forwarded-for': '127.0.0.1' })
})

test('whoever asks for another name gets no connection', async () => {
  await expect(ask('other.example.com')).rejects.toThrow(/unrecognized name/)
})

test('who has more cookies than fit reads what to do', async () => {
  const answer = await ask(name, { Cookie: `a=${'a'.repeat(9_000)}` })
  expect(answer).toMatchObject({ status: 431, text: expect.stringContaining('请清除本网站的 Cookie') })
})

test.each(['nginx.conf', 'Caddyfile'])(
  '%s keeps an idle connection to paycoupon for less long than it does',
  (file) => {
    const text = readFileSync(new URL(`../../deploy/${file}`, import.meta.url), 'utf8')
    const [, seconds] = /^\s*(?:keepalive_timeout|keepalive) (\d+)s/m.exec(text) ?? []
    expect(Number(seconds) * 1_000).toBeLessThan(usualPatience.idleMs)
  },
)
