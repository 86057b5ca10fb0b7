import { Command } from 'commander'
import { connectedCard, namedCards } from '../cards/products/connected.ts'
import type { NoticeAddress } from '../cards/products/notice-address.ts'
import { noticeAddress, setOurNoticeAddress } from '../cards/products/set-notice-address.ts'
import type { CardProduct, Merchant } from '../merchants/merchant.ts'
import { Unusable } from '../plumbing/unusable.ts'
import type { Services } from '../services.ts'
import { by } from './by.ts'
import { CliRefusal } from './cli-refusal.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'

type Options = { card?: string; set?: boolean; replace?: boolean; json?: boolean }
type Failed = { cardId: string; problem: string }

export function cardNoticesCommand(cli: Cli): Command {
  return new Command('notices')
    .description("where WeChat Pay tells of a card's members; with --set it is told to tell us; exit 1 when it says no")
    .argument('<merchant>', 'slug of the merchant')
    .option('--card <card_id>', "one card; unset: all of the merchant's cards of WeChat Pay")
    .option('--set', 'set our address; refused when the address of another system is set')
    .option('--replace', 'with --set: take the place of another system, which then hears nothing')
    .option('--json', 'print JSON')
    .action(async (slug: string, { card, set, replace = false, json }: Options, command: Command) => {
      if (replace && !set) command.error('error: --replace is given together with --set')
      const told = await withServices(cli, async (services) => {
        const merchant = await merchantNamed(services, slug)
        const of: (NoticeAddress | Failed)[] = []
        for (const product of cardsNamed(merchant, card))
          of.push(await byItself(services, merchant, product, set ? { replace } : undefined))
        return of
      })
      if (told.some((one) => 'problem' in one)) cli.foundWanting()
      answer(cli, json, told.map(dataOf), told.flatMap(linesOf))
    })
}

function cardsNamed(merchant: Merchant, named: string | undefined): CardProduct[] {
  const found = named === undefined ? namedCards(merchant) : [connectedCard(merchant, named) ?? []].flat()
  if (found.length === 0) throw new CliRefusal(`merchant ${merchant.slug} has no card ${named ?? 'of WeChat Pay'}`)
  return found
}

/** One card that WeChat refuses keeps no other from being set. */
async function byItself(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
  set: { replace: boolean } | undefined,
): Promise<NoticeAddress | Failed> {
  try {
    return set
      ? await setOurNoticeAddress(services, merchant, product, { ...set, by })
      : await noticeAddress(services, merchant, product)
  } catch (error) {
    if (error instanceof Unusable) return { cardId: product.cardId, problem: error.message }
    throw error
  }
}

function dataOf(told: NoticeAddress | Failed) {
  if ('problem' in told) return { card_id: told.cardId, problem: told.problem }
  const { cardId: card_id, caller, set, ours, isOurs: is_ours } = told
  return { card_id, caller, set, ours, is_ours }
}

function linesOf(told: NoticeAddress | Failed): string[] {
  if ('problem' in told) return [`${told.cardId}: ${told.problem}`]
  const { cardId, set, ours, isOurs } = told
  const whose = isOurs ? 'ours' : 'of another system'
  const untold = isOurs ? `WeChat does not tell; it took ours: ${ours}` : 'none'
  return [`${cardId}: ${set === null ? untold : `${set} (${whose})`}`, ...(isOurs ? [] : [`  ours: ${ours}`])]
}
