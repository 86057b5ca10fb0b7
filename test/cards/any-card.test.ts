import { expect, test } from 'vitest'
import { merchantFile } from '../../sandbox/merchant-file.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import { applyMerchant } from '../../src/merchants/apply.ts'
import { openShop } from '../support/shop.ts'

test.each(['brand_partner', 'brand', 'membercard_open'] as const)(
  'a product that names no card stands for all cards of its brand or number: %s',
  async (kind) => {
    await using shop = await openShop({ wechat: 'sandbox', redis: false })
    const { control } = shop.sandbox
    const file = merchantFile(shop.world) as { card_products: Record<string, unknown>[] }
    const products = file.card_products.map(({ card_id: _card, confirm: _confirm, ...product }) => product)
    await applyMerchant(shop.services, { ...file, card_products: [...products, { kind: 'official_account' }] })
    const { cardId } = shop.world.merchants[0]!.cardProducts!.find((product) => product.kind === kind)!
    await shop.campaign({ kind: 'card_open', card_ids: [cardId] })
    const isOpen = kind === 'membercard_open'
    const { openid } = control.takeProductCard(cardId, 'joiner', isOpen ? { state: 'EFFECTIVE' } : {})
    const told = isOpen
      ? control.push({ kind: 'open_card', cardId, openid, event: 'ACTIVATE_CARD' })
      : control.push({ kind: 'brand_card', cardId, openid, event: 'CREATE' })
    expect(await told).toMatchObject({ accepted: true })
    await openInboxLoop(shop.services).drain()
    const grants = await shop.services.db.selectFrom('grants').select('openid').execute()
    expect(grants).toEqual([{ openid }])
  },
)
