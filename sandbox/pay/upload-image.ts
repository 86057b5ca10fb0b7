import { createHash } from 'node:crypto'
import { ok, refuse, type PayHandler, type PayResult } from './pay-call.ts'
import { partsOf } from './multipart.ts'
import { refusals } from './refusals.ts'

const bytesAtMost = 2 * 1024 * 1024

/** How a file of each ending begins. */
const beginnings: Record<string, string> = { jpg: 'ffd8ff', png: '89504e470d0a1a0a', bmp: '424d' }

/** POST /v3/marketing/favor/media/image-upload: the same picture always gets the same address (docs/wechat/pay-v3.md 2.15). */
export const uploadImage: PayHandler = {
  takes: 'form',
  handle({ request, account, state }): PayResult {
    const parts = partsOf(request)
    const meta = readMeta(parts.find(({ name }) => name === 'meta')?.bytes)
    const file = parts.find(({ name }) => name === 'file')
    const ending = meta.filename.slice(-4).toLowerCase().replace('.', '')
    if (meta.filename.length > 128 || !beginnings[ending])
      return wrong('/meta/filename', '文件名必须以JPG、BMP、PNG为后缀')
    if (!file?.filename || file.bytes.length === 0) return wrong('/file', '图片文件不能为空')
    if (file.bytes.length > bytesAtMost) return wrong('/file', '图片大小不能超过2M')
    if (!file.bytes.toString('hex', 0, 8).startsWith(beginnings[ending])) return wrong('/file', '图片格式不正确')
    const sha256 = createHash('sha256').update(file.bytes).digest('hex')
    if (meta.sha256 !== sha256) return wrong('/meta/sha256', '文件的sha256与实际不一致')
    return ok({ media_url: `${state.settings.url}/sandbox/marketing-images/${account.mchid}/${sha256}.${ending}` })
  },
}

function readMeta(bytes: Buffer | undefined): { filename: string; sha256: string } {
  const text = bytes?.toString() ?? ''
  const [, filename = ''] = /"filename":\s*"([^"]*)"/.exec(text) ?? []
  const [, sha256 = ''] = /"sha256":\s*"([0-9a-f]*)"/.exec(text) ?? []
  return { filename, sha256 }
}

function wrong(field: string, message: string): PayResult {
  return refuse({ ...refusals.param_error, message, detail: { field, issue: message, location: 'body' } })
}
