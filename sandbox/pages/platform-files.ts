import { zipSync } from 'fflate'
import type { KeyedCertificate } from '../certificate.ts'
import type { SandboxControl } from '../control.ts'
import { html, type Answer } from '../http.ts'
import { merchantFile } from '../merchant-file.ts'
import type { PageAct } from './page-routes.ts'

/**
 * GET /sandbox/platform/files/{owner}/{name}: what the platforms let people download. The owner is a merchant number, or
 * a merchant's slug for its merchant file. Keys are throwaway, made when they were asked for.
 */
export const platformFile: PageAct = (control, _request, _query, params) => {
  const { owner = '', name = '' } = params
  const content = contentOf(control, owner, name)
  if (content === undefined) return html('', 404)
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename="${name}"`,
    'Cache-Control': 'no-store',
  }
  return { status: 200, headers, ...content } satisfies Answer
}

function contentOf(control: SandboxControl, owner: string, name: string): Pick<Answer, 'body' | 'bytes'> | undefined {
  const { world } = control.state
  const merchant = world.merchants.find(({ slug }) => slug === owner)
  if (merchant && name === 'merchant.json') return { body: JSON.stringify(merchantFile(world, owner), null, 2) }
  const account = world.accounts.find(({ mchid }) => mchid === owner)
  if (!account) return undefined
  if (name === 'pub_key.pem') return { body: world.platform.publicKey }
  const key = account.certificates.at(-1)
  if (!key) return undefined
  if (name === 'apiclient_cert.pem') return { body: key.certificate }
  if (name === 'apiclient_key.pem') return { body: key.privateKey }
  return name === 'apiclient.zip' ? { body: '', bytes: zipOf(key) } : undefined
}

/** As WeChat's certificate tool makes it, without the p12 file, which API v3 does not need (docs/wechat/pay-v3.md 6). */
function zipOf(key: KeyedCertificate): Buffer {
  const file = (text: string) => new TextEncoder().encode(text)
  const files = {
    'apiclient_cert.pem': file(key.certificate),
    'apiclient_key.pem': file(key.privateKey),
    '证书使用说明.txt': file('沙箱生成的 API 证书：apiclient_cert.pem 是证书，apiclient_key.pem 是私钥。\n'),
  }
  return Buffer.from(zipSync(files))
}
