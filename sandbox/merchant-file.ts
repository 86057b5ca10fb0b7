import type { World, WorldAccount, WorldCardProduct, WorldMerchant } from './world.ts'

/** The merchant file (which `merchant apply` reads) of the merchant `slug`; without it, of the demo merchant. */
export function merchantFile(world: World, slug?: string): object {
  const merchant = merchantOf(world, slug)
  const { appid, appSecret, originalId, messageToken, encodingAesKey } = merchant.officialAccount
  return {
    slug: merchant.slug,
    name: merchant.name,
    official_account: {
      appid,
      app_secret: appSecret,
      original_id: originalId,
      message_token: messageToken,
      encoding_aes_key: encodingAesKey,
    },
    accounts: merchant.mchids.map((mchid) => accountEntry(world, accountOf(world, mchid))),
    card_products: (merchant.cardProducts ?? []).map((product) => cardEntry(world, product)),
    events_secret: merchant.eventsSecret,
    domain_verification: { 'MP_verify_sandbox.txt': 'sandbox' },
  }
}

/** A merchant by slug, or the first one; throws when there is none with that slug. */
export function merchantOf(world: World, slug?: string): WorldMerchant {
  const merchant = slug === undefined ? world.merchants[0] : world.merchants.find((each) => each.slug === slug)
  if (!merchant) throw new Error(`the sandbox has no merchant ${slug}`)
  return merchant
}

/** A merchant number's account; throws when there is none. */
export function accountOf(world: World, mchid: string): WorldAccount {
  const account = world.accounts.find((each) => each.mchid === mchid)
  if (!account) throw new Error(`the sandbox has no merchant number ${mchid}`)
  return account
}

/** What the number does not have yet stays out, as it would at a merchant. */
function accountEntry(world: World, account: WorldAccount): object {
  const key = account.certificates.at(-1)
  return {
    mchid: account.mchid,
    role: account.role,
    ...(key && { serial_no: key.serialNo, certificate: key.certificate, private_key: key.privateKey }),
    ...(account.apiV3Key && { api_v3_key: account.apiV3Key }),
    ...(account.role === 'provider' && account.appids[0] && { appid: account.appids[0] }),
    ...(account.apiV2Key && { api_v2_key: account.apiV2Key }),
    ...(account.keyMode !== 'certificate' && {
      public_key_id: world.platform.publicKeyId,
      public_key: world.platform.publicKey,
    }),
  }
}

function cardEntry({ platform }: World, product: WorldCardProduct): object {
  const { kind, cardId, brandId, mchid, brandKeys, codeMode } = product
  if (kind === 'membercard_open') return { kind, card_id: cardId, mchid }
  const shared = { kind, card_id: cardId, brand_id: brandId, confirm: 'us', code_mode: codeMode }
  if (kind === 'brand_partner') return { ...shared, mchid }
  const key = brandKeys!.certificates.at(-1)!
  return {
    ...shared,
    certificate: key.certificate,
    private_key: key.privateKey,
    api_key: brandKeys!.apiKey,
    public_key_id: platform.publicKeyId,
    public_key: platform.publicKey,
  }
}
