import { randomBytes } from 'node:crypto'
import { createCertificate } from './certificate.ts'
import type { KeyMode, WorldAccount, WorldMerchant } from './world.ts'
import { providerAppid } from './provider-appid.ts'

export const providerMchid = '1267388801'
const firstSenderMchid = 1601400973

/** The demo merchant, or another merchant like it. */
export function createMerchant(slug: string, index: number): WorldMerchant {
  const name = index === 0 ? '优购小店' : `优购小店 ${index + 1} 号店`
  const stock = (number: number) => String(16246120 + index * 10 + number)
  return {
    slug,
    name,
    officialAccount: {
      appid: `wx${randomBytes(8).toString('hex')}`,
      appSecret: randomBytes(16).toString('hex'),
      originalId: `gh_${randomBytes(6).toString('hex')}`,
      messageToken: randomBytes(12).toString('hex'),
      encodingAesKey: randomBytes(32).toString('base64').slice(0, 43),
      openidPrefix: `o${index === 0 ? 'Demo' : randomBytes(2).toString('hex')}`,
      webAuthDomains: ['localhost', '127.0.0.1'],
    },
    mchids: [String(firstSenderMchid + index), providerMchid],
    eventsSecret: `whsec_${randomBytes(32).toString('base64')}`,
    card: { cardId: `p${randomBytes(12).toString('hex')}`, title: `${name}会员卡`, activation: 'auto' },
    campaigns: {
      link: { slug: 'welcome', stockId: stock(0) },
      card_open: { slug: 'card-gift', stockId: stock(1) },
      spend: { slug: 'spend-gift', stockId: stock(2) },
    },
  }
}

/** A sender for the merchant, or the provider when there is none. */
export function createAccount(
  mchid: string,
  owner: WorldMerchant | undefined,
  keyMode: KeyMode,
  from: Date,
): WorldAccount {
  return {
    mchid,
    name: owner?.name ?? '优购服务商',
    role: owner ? 'sender' : 'provider',
    appids: [owner ? owner.officialAccount.appid : providerAppid(mchid)],
    apiV3Key: randomBytes(16).toString('hex'),
    apiV2Key: randomBytes(16).toString('hex'),
    certificates: [createCertificate({ commonName: mchid, from })],
    keyMode,
  }
}
