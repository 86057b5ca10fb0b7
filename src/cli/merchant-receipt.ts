import { Command } from 'commander'
import { receiptParties } from '../receipts/provider-of.ts'
import { type Standing, standingOf } from '../receipts/record.ts'
import { closing, inWords, opening, type Turn, turnReceipt } from '../receipts/switches.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'

type Options = { mchid?: string; provider?: string; plan?: boolean; yes?: boolean; json?: boolean }

/** `merchant receipt`: WeChat's page after a payment by a provider's order, with our receipt on it. */
export function receiptCommand(cli: Cli): Command {
  const command = new Command('receipt').description(
    "our receipt on WeChat's page after a provider's payment (点金计划)",
  )
  return command
    .addCommand(
      withNumbers(new Command('status'), 'print what was switched, and the link to set by hand').action(
        act(cli, () => []),
      ),
    )
    .addCommand(
      withYes(withNumbers(new Command('open'), "show our receipt after payments, with the provider's keys")).action(
        act(cli, () => opening),
      ),
    )
    .addCommand(
      withYes(
        withNumbers(
          new Command('close'),
          'stop showing our receipt; WeChat opens it again after 24 hours at the earliest',
        ),
      )
        .option('--plan', "close WeChat's page after a payment too: then the window closes after paying")
        .action(act(cli, ({ plan = false }) => closing({ plan }))),
    )
}

function withNumbers(command: Command, description: string): Command {
  return command
    .description(description)
    .argument('<merchant>', 'slug of the merchant')
    .option('--mchid <number>', 'the sub-merchant; needed where the merchant has several senders')
    .option('--provider <number>', 'the provider; needed where the merchant has several')
    .option('--json', 'print JSON')
}

function withYes(command: Command): Command {
  return command.option(
    '--yes',
    'do it: every payer of this number sees another page. Unset: only print what would be done',
  )
}

function act(cli: Cli, turnsOf: (options: Options) => Turn[]) {
  return async (slug: string, options: Options) => {
    const { mchid, provider, yes = false, json } = options
    const turns = turnsOf(options)
    const told = await withServices(cli, async (services) => {
      const merchant = await merchantNamed(services, slug)
      const parties = receiptParties(merchant, { subMchid: mchid, providerMchid: provider })
      if (yes) await turnReceipt(services, merchant, parties, turns)
      const link = `${services.config.publicUrl}/m/${slug}/receipt`
      const { db } = services
      return {
        sub_mchid: parties.subMchid,
        provider: parties.provider.mchid,
        link,
        standing: await standingOf(db, parties),
      }
    })
    const words = turns.map(inWords)
    const planned = { done: yes ? words : [], would_do: yes ? [] : words }
    answer(cli, json, { merchant: slug, ...told, ...planned }, [
      ...words.map((word) => (yes ? `done: ${word}` : `would ${word}`)),
      ...(words.length > 0 && !yes ? ['nothing was done: add --yes'] : []),
      `link of ${told.sub_mchid}, set by hand in 服务商平台 of ${told.provider}: ${told.link}`,
      ...(told.standing.length === 0 ? ['  nothing was switched from here'] : told.standing.map(lineOf)),
    ])
  }
}

function lineOf({ what, turned, sure, at, by }: Standing): string {
  const name = what === 'plan' ? '点金计划' : '商家小票'
  return `  ${name}: ${turned}${sure ? '' : ' (its answer was lost)'} at ${at.toISOString()} by ${by}`
}
