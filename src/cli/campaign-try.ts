import { Command, InvalidArgumentError } from 'commander'
import { tryCampaign } from '../claims/trial/trial.ts'
import { openidShape } from '../wechat/official/oauth.ts'
import { campaignNamed } from './campaign-named.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'

const signs = { ok: '✓', not: '✗', unknown: '?' }

type Options = { member?: string; amount?: number; order?: string; json?: boolean }

export function campaignTryCommand(cli: Cli): Command {
  return new Command('try')
    .description('say what a campaign would give somebody now, rule by rule, and write nothing; exit 1 when nothing')
    .argument('<merchant>', 'slug of the merchant')
    .argument('<slug>', 'the campaign')
    .option('--member <openid>', 'who; unset: somebody who was never here', openidOf)
    .option('--amount <fen>', 'of a spend campaign: the member pays this now', fenOf)
    .option('--order <transaction-id>', 'of a spend campaign: a payment that is known')
    .option('--json', 'print JSON')
    .action(async (slug: string, name: string, { member, amount, order, json }: Options) => {
      const trial = await withServices(cli, async (services) => {
        const merchant = await merchantNamed(services, slug)
        const campaign = await campaignNamed(services, merchant, name)
        return tryCampaign(services, merchant, campaign, { openid: member, amount, transactionId: order })
      })
      const rules = trial.rules.map(({ name: rule, state, words }) => `  ${signs[state]} ${rule}  ${words}`)
      answer(cli, json, trial, [trial.says, ...rules])
      if (!trial.gives) cli.foundWanting()
    })
}

function openidOf(text: string): string {
  if (!openidShape.test(text)) throw new InvalidArgumentError('It is not one of WeChat’s')
  return text
}

function fenOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('must be a whole number of fen')
  return Number(text)
}
