import type { Selectable } from 'kysely'
import type { Secrets } from '../plumbing/secrets/vault.ts'
import type { CardProductsTable } from '../plumbing/storage/schema.ts'
import { brandDialect } from '../wechat/pay/signature.ts'
import type { PayKeys } from '../wechat/pay/types.ts'
import type { CardProduct } from './merchant.ts'
import { cardPlace } from './secret-places.ts'

type CardRow = Selectable<CardProductsTable>

/** A connected card with its secrets opened. Throws when one does not open. */
export function openCardProduct(secrets: Secrets, slug: string, row: CardRow): CardProduct {
  return {
    id: row.id,
    merchantId: row.merchant_id,
    cardId: row.card_id,
    kind: row.kind,
    mchid: row.mchid ?? undefined,
    brandId: row.brand_id ?? undefined,
    confirm: row.confirm,
    codeMode: row.code_mode,
    keys: row.kind === 'brand' ? brandKeys(secrets, slug, row) : undefined,
    updatedAt: row.updated_at,
  }
}

/** The database lets no brand be without one of these. */
function brandKeys(secrets: Secrets, slug: string, row: CardRow): PayKeys {
  const open = (name: Parameters<typeof cardPlace>[2]) =>
    secrets.open(row[`${name}_sealed`]!, cardPlace(slug, row.card_id, name))
  return {
    mchid: row.brand_id!,
    dialect: brandDialect,
    serialNo: row.serial_no!,
    privateKey: open('private_key'),
    apiV3Key: open('api_key'),
    publicKeyId: row.public_key_id!,
    publicKey: row.public_key!,
  }
}
