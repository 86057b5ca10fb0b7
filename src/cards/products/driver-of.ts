import type { CardProduct, Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import { brandDriver } from './brand-driver.ts'
import type { CardDriver } from './driver.ts'
import { openDriver } from './open-driver.ts'

/** The driver of a card's product. */
export function driverOf(services: Services, merchant: Merchant, product: CardProduct): CardDriver {
  return product.kind === 'membercard_open'
    ? openDriver(services, merchant, product)
    : brandDriver(services, merchant, product)
}
