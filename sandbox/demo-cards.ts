import { randomBytes } from 'node:crypto'
import { createCertificate } from './certificate.ts'
import { providerMchid } from './demo-merchant.ts'
import type { WorldCardProduct, WorldMerchant } from './world.ts'

/** The demo merchant's member cards of WeChat Pay, one of each product. */
export function demoCards({ name, officialAccount, mchids }: WorldMerchant, from: Date): WorldCardProduct[] {
  const { appid } = officialAccount
  const [brandId, ownBrandId] = [brandNumber(), brandNumber()]
  const cardId = () => `p${randomBytes(12).toString('hex')}`
  return [
    {
      kind: 'brand_partner',
      cardId: cardId(),
      title: `${name}名片会员`,
      appid,
      brandId,
      mchid: providerMchid,
      codeMode: 'system',
    },
    {
      kind: 'brand',
      cardId: cardId(),
      title: `${name}品牌会员`,
      appid,
      brandId: ownBrandId,
      brandKeys: {
        apiKey: randomBytes(16).toString('hex'),
        certificates: [createCertificate({ commonName: ownBrandId, from })],
      },
      codeMode: 'merchant',
    },
    {
      kind: 'membercard_open',
      cardId: cardId(),
      title: `${name}会员卡（旧版）`,
      appid,
      mchid: mchids[0]!,
      codeMode: 'system',
    },
  ]
}

function brandNumber(): string {
  return `1${String(randomBytes(4).readUInt32BE(0)).padStart(10, '0')}`
}
