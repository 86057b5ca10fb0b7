import { Command, InvalidArgumentError } from 'commander'
import { prove } from '../doctor/proof/proof.ts'
import type { SampleSize } from '../doctor/proof/sample.ts'
import { compareWithWeChat } from '../doctor/proof/with-wechat.ts'
import type { Services } from '../services.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'
import { CliRefusal } from './cli-refusal.ts'

type Options = { json?: boolean; withWechat?: boolean; sample: SampleSize; stock?: string }

const defaultSample = 100

export function proofCommand(cli: Cli): Command {
  return new Command('proof')
    .description('replay the ledger and show each limit and how far it was used; exit 1 when one was broken')
    .argument('[merchant]', 'slug of the merchant; unset: all of them')
    .option('--with-wechat', 'also look sent coupons up at WeChat, by their senders’ numbers')
    .option('--sample <n>', 'how many of them, by chance, or "all"', readSample, defaultSample)
    .option('--stock <id>', 'only those of this stock')
    .option('--json', 'print JSON')
    .action(async (slug: string | undefined, options: Options) => {
      const { proof, wechat } = await withServices(cli, (services) => proveAll(services, slug, options))
      const lines = proof.lines.map(
        ({ limit, used, allowed, ok }) => `${ok ? 'held  ' : 'BROKEN'}  ${used} of ${allowed}  ${limit}`,
      )
      const notes = [...proof.notes, ...(wechat?.notes ?? [])].map((note) => `note    ${note}`)
      const compared = wechat ? [`sent coupons that are the same at WeChat: ${wechat.agreed}`] : []
      const unseen = wechat?.agreed === 0 && wechat.notes.length > 0 ? ['nothing could be compared with WeChat'] : []
      const failures = [...proof.failures, ...(wechat?.differences ?? []), ...unseen]
      const verdict =
        failures.length === 0 ? 'every limit held' : ['the ledger is not in order:', ...failures].join('\n')
      answer(cli, options.json, wechat ? { ...proof, wechat } : proof, [...lines, ...notes, ...compared, verdict])
      if (failures.length > 0) cli.foundWanting()
    })
}

async function proveAll(services: Services, slug: string | undefined, { withWechat, sample, stock }: Options) {
  const merchant = slug === undefined ? undefined : await merchantNamed(services, slug)
  if (stock !== undefined && !(merchant && (await services.catalog.stock(merchant.id, stock)))) {
    throw new CliRefusal(
      merchant ? `${merchant.slug} has no stock ${stock}` : 'a stock is named together with its merchant',
    )
  }
  const proof = await prove(services, slug)
  if (!withWechat) return { proof, wechat: undefined }
  const rows = merchant ? [merchant] : await services.db.selectFrom('merchants').select('id').execute()
  const merchantIds = rows.map(({ id }) => id)
  const wechat = await compareWithWeChat(services, { merchantIds, stockId: stock, sample })
  return { proof: { ...proof, ok: proof.ok && wechat.differences.length === 0 }, wechat }
}

function readSample(text: string): SampleSize {
  if (text === 'all') return 'all'
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('must be a number from 1 or "all"')
  return Number(text)
}
