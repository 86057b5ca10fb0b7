import { createHash, randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { SandboxState } from '../state.ts'
import { refuse, type PayHandler } from './pay-call.ts'
import { refusals } from './refusals.ts'

/** A file that may be fetched by the number that asked for it, for 30 s (docs/wechat/bills.md 1). */
export type ServedFile = { mchid: string; bytes: Buffer; until: number }

const validMs = 30_000

/** Puts a file up and returns what the answer says of it; the hash is always that of the unpacked bytes. */
export function serveFile(
  state: SandboxState,
  mchid: string,
  text: string,
  { path, parameter, packed }: { path: string; parameter: string; packed: boolean },
): { url: string; sha1: string } {
  const token = randomBytes(24).toString('base64url')
  const plain = Buffer.from(text)
  const until = state.clock.now().getTime() + validMs
  state.files.set(token, { mchid, bytes: packed ? gzipSync(plain) : plain, until })
  return {
    url: `${state.settings.url}${path}?${parameter}=${token}${packed ? '&tartype=gzip' : ''}`,
    sha1: createHash('sha1').update(plain).digest('hex'),
  }
}

/** GET of what `serveFile` put up; a call without a right signature was answered with 401 before. */
export const downloadFile: PayHandler = {
  handle({ state, request, account }) {
    const token = request.query.get('token') ?? request.query.get('bill_params') ?? ''
    const file = state.files.get(token)
    if (!file || file.mchid !== account.mchid || file.until < state.clock.now().getTime())
      return refuse(refusals.file_token_over)
    return { file: file.bytes }
  },
}
