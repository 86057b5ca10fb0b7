import { Command } from 'commander'
import { fetchDay } from '../files/fetch-day.ts'
import { filesOf } from '../files/list.ts'
import { shownDay } from '../plumbing/calendar-day.ts'
import { beijingDay } from '../plumbing/clock.ts'
import { billLine } from './bill-words.ts'
import { CliRefusal } from './cli-refusal.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'
import { dayOf } from './day.ts'

export function billsFetchCommand(cli: Cli): Command {
  return new Command('fetch')
    .description(
      'get the trade bills and flows of a day now and bring them in; exit 1 unless each is kept or a day without any',
    )
    .argument('<merchant>', 'slug of the merchant')
    .argument('<date>', 'the day in Beijing, such as 2026-11-01, within the last three months', dayOf)
    .option('--json', 'print JSON')
    .action(async (slug: string, day: string, { json }: { json?: boolean }) => {
      const files = await withServices(cli, async (services) => {
        if (day >= beijingDay(services.clock.now()))
          throw new CliRefusal(`${shownDay(day)} is not over: its bill is there from 10:00 of the next day`)
        const merchant = await merchantNamed(services, slug)
        await fetchDay(services, merchant, day, services.stopping.signal)
        const all = await filesOf(services.db, merchant, { from: day, to: day })
        return all.filter(({ file }) => file.origin === 'wechat')
      })
      // A flow that was not asked for had no turn; a bill that was not is of a number without keys.
      const asked = files.filter(({ file }) => file.asked_at !== null || file.kind !== 'trade_bill')
      if (asked.some(({ file }) => file.state !== 'kept' && file.state !== 'none')) cli.foundWanting()
      const data = asked.map(({ file: { key_sealed: _key, ...file }, share }) => ({ ...file, share: share ?? null }))
      answer(cli, json, data, asked.map(billLine))
    })
}
