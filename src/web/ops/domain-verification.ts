import { findDomainFile } from '../../merchants/domain-file.ts'
import type { Context } from '../shell/context.ts'

/**
 * `GET /MP_verify_{x}.txt`: proves to WeChat that a merchant's web-auth domain is ours. The answer is the text alone.
 */
export async function domainVerification(ctx: Context): Promise<void> {
  const name = ctx.path.slice(1)
  if (!fileName.test(name)) return
  const text = await findDomainFile(ctx.state.services, name)
  if (text === undefined) return
  ctx.type = 'text/plain'
  ctx.body = text
}

/** WeChat's names have 16 letters and digits. */
const fileName = /^MP_verify_[0-9A-Za-z]{1,64}\.txt$/
