import { answerAppid, askAppid, linkOwnAppid } from './appids.ts'
import { answerApplication, fileApplication } from './applications.ts'
import { answerInvitation, invite } from './invitations.ts'
import {
  makeCertificate,
  renewPlatformCertificate,
  setApiV3Key,
  setKeyMode,
  voidCertificate,
  voidPlatformCertificates,
} from './keys.ts'
import { makeStock } from './make-stock.ts'
import { newMerchant } from './merchants.ts'
import { setAllowedIps, setMenu, setWebDomains } from './official-settings.ts'
import { openProduct, topUp } from './products.ts'
import { activateStock, addSender, pauseStockByHand, restartStockByHand, stopStock } from './stock-acts.ts'

/**
 * What people do in 服务商平台, 商户平台 and 公众号后台, and WeChat's own people, by the name in its address. Each
 * throws `PlatformRefusal` with what the platform would say.
 */
export const platformActs = {
  'new-merchant': newMerchant,
  'open-product': openProduct,
  'top-up': topUp,
  'link-own-appid': linkOwnAppid,
  'ask-appid': askAppid,
  'answer-appid': answerAppid,
  'file-application': fileApplication,
  'answer-application': answerApplication,
  invite,
  'answer-invitation': answerInvitation,
  'make-certificate': makeCertificate,
  'void-certificate': voidCertificate,
  'renew-platform-certificate': renewPlatformCertificate,
  'void-platform-certificates': voidPlatformCertificates,
  'set-api-v3-key': setApiV3Key,
  'set-key-mode': setKeyMode,
  'set-web-domains': setWebDomains,
  'set-allowed-ips': setAllowedIps,
  'set-menu': setMenu,
  'make-stock': makeStock,
  'add-sender': addSender,
  'activate-stock': activateStock,
  'pause-stock': pauseStockByHand,
  'restart-stock': restartStockByHand,
  'stop-stock': stopStock,
}

export type PlatformActs = typeof platformActs
export type PlatformActName = keyof PlatformActs

export function isPlatformAct(name: string): name is PlatformActName {
  return Object.hasOwn(platformActs, name)
}
