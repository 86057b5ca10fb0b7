import type { Account } from '../merchants/merchant.ts'
import { payWall } from '../merchants/pay-wall.ts'
import type { Services } from '../services.ts'
import { proveKeys } from '../wechat/pay/prove-keys.ts'

/**
 * True when WeChat's answers verify only by keys that were replaced lately, and still count for a while: then the new
 * ones are not those that are set at WeChat, and everything ends with the old ones. One signed call; false where nothing
 * was replaced, or where the call says nothing about the keys.
 */
export async function needsFormerKeys({ config, walls, clock, log }: Services, { mchid, keys }: Account) {
  if (!keys?.former) return false
  const { former: _, ...present } = keys
  const { payUrl: mainUrl, payBackupUrl: backupUrl } = config.wechat
  const proof = await proveKeys(present, { mainUrl, backupUrl, wall: payWall(walls, mchid), clock, log })
  return proof.fault === 'api_v3_key' || proof.fault === 'unverified'
}
