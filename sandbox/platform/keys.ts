import { createCertificate, type KeyedCertificate } from '../certificate.ts'
import type { SandboxState } from '../state.ts'
import type { KeyMode, WorldAccount } from '../world.ts'
import { accountAt } from './look-up.ts'
import { PlatformRefusal } from './platform-refusal.ts'

/** Up to three certificates of a number are valid together (docs/wechat/pay-v3.md 6). */
const certificatesAtMost = 3

export const keyModeNames: Record<KeyMode, string> = {
  certificate: '平台证书',
  public_key: '微信支付公钥',
  both: '切换中：平台证书和公钥都用',
}

/** 账户中心 · API安全: a new API certificate, valid beside the older ones. */
export function makeCertificate(state: SandboxState, input: { mchid: string }): KeyedCertificate {
  const account = accountAt(state, input.mchid)
  if (account.certificates.length >= certificatesAtMost) {
    throw new PlatformRefusal(`一个商户号最多有 ${certificatesAtMost} 张有效的 API 证书`)
  }
  const certificate = createCertificate({ commonName: account.mchid, from: state.clock.now() })
  account.certificates.push(certificate)
  return certificate
}

/** 账户中心 · API安全: from now on WeChat refuses what this certificate signs; it takes the last one too, if it is told to. */
export function voidCertificate(state: SandboxState, input: { mchid: string; serialNo: string }): WorldAccount {
  const account = accountAt(state, input.mchid)
  const left = account.certificates.filter(({ serialNo }) => serialNo !== input.serialNo)
  if (left.length === account.certificates.length) throw new PlatformRefusal('没有这张 API 证书')
  account.certificates = left
  return account
}

/**
 * A new platform certificate of WeChat's: listed beside the older ones, and it signs from now on, except for who names an
 * older one (docs/wechat/pay-v3.md 1.5).
 */
export function renewPlatformCertificate(state: SandboxState): KeyedCertificate {
  const certificate = createCertificate({ commonName: 'Tenpay.com sandbox', from: state.clock.now() })
  state.world.platform.certificates.push(certificate)
  return certificate
}

/** 作废平台证书: only the newest is listed and signs. */
export function voidPlatformCertificates(state: SandboxState): KeyedCertificate {
  const newest = state.world.platform.certificates.at(-1)!
  state.world.platform.certificates = [newest]
  return newest
}

/** 账户中心 · API安全: the APIv3 key; WeChat takes any 32 letters and digits (docs/wechat/pay-v3.md 6). */
export function setApiV3Key(state: SandboxState, input: { mchid: string; key: string }): WorldAccount {
  const account = accountAt(state, input.mchid)
  const key = input.key.trim()
  if (!/^[0-9A-Za-z]{32}$/.test(key)) {
    throw new PlatformRefusal(`APIv3 密钥必须正好 32 位，只能是字母和数字（现在是 ${key.length} 位）`)
  }
  account.apiV3Key = key
  return account
}

/** How WeChat signs for this number (docs/wechat/pay-v3.md 1.5). */
export function setKeyMode(state: SandboxState, input: { mchid: string; mode: string }): WorldAccount {
  const account = accountAt(state, input.mchid)
  if (!Object.hasOwn(keyModeNames, input.mode)) throw new PlatformRefusal('没有这种验签方式')
  account.keyMode = input.mode as KeyMode
  return account
}
