import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { favor } from './favor-path.ts'
import { readReply } from './read-reply.ts'
import { text } from './tolerant.ts'
import type { PayClient, PayReply, SignedForm } from './types.ts'

const uploadedSchema = z.object({ media_url: text.pipe(z.string().min(1)) })

export type UploadedImage = z.infer<typeof uploadedSchema>

/** A picture with its SHA-256 in hex. The name ends in jpg, bmp or png and needs no escaping in a header. */
export type MarketingImage = { name: string; sha256: string; bytes: Buffer }

/** Uploads a picture for stocks of the calling number; its address is valid for ever (docs/wechat/pay-v3.md 2.15). */
export async function uploadImage(
  client: PayClient,
  { image, ...limits }: { image: MarketingImage; timeoutMs?: number; backup?: boolean },
): Promise<PayReply<UploadedImage>> {
  const path = `${favor}/media/image-upload`
  return readReply(await client.call({ method: 'POST', path, form: formOf(image), ...limits }), uploadedSchema)
}

/** The signature covers the text of `meta` alone, so that text is made once. */
function formOf({ name, sha256, bytes }: MarketingImage): SignedForm {
  const boundary = randomUUID()
  const signed = JSON.stringify({ filename: name, sha256 })
  const head =
    `--${boundary}\r\nContent-Disposition: form-data; name="meta"\r\nContent-Type: application/json\r\n\r\n${signed}\r\n` +
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n` +
    `Content-Type: ${typeOf(name)}\r\n\r\n`
  return {
    signed,
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  }
}

function typeOf(name: string): string {
  const ending = name.slice(-3).toLowerCase()
  return `image/${ending === 'jpg' ? 'jpeg' : ending}`
}
