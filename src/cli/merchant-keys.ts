import { Command } from 'commander'
import { type NumberLine, numbersOf } from '../onboarding/numbers.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'

export function keysCommand(cli: Cli): Command {
  return new Command('keys')
    .description('list the numbers of a merchant with what may be told of their keys: never a secret')
    .argument('<merchant>', 'slug of the merchant')
    .option('--json', 'print JSON')
    .action(async (slug: string, { json }: { json?: boolean }) => {
      const numbers = await withServices(cli, async (services) =>
        numbersOf(services, await merchantNamed(services, slug)),
      )
      answer(cli, json, { merchant: slug, numbers: numbers.map(shown) }, numbers.map(lineOf))
    })
}

function shown({ mchid, role, hasKeys, serialNo, ends, verifiedBy, setAt, lastGoodAt }: NumberLine) {
  return {
    mchid,
    role,
    has_keys: hasKeys,
    serial_no: serialNo ?? null,
    certificate_ends: ends?.date ?? null,
    verified_by: verifiedBy ?? null,
    set_at: setAt ?? null,
    last_good_at: lastGoodAt ?? null,
  }
}

function lineOf({ mchid, role, hasKeys, serialNo, ends, verifiedBy, setAt, lastGoodAt }: NumberLine): string {
  if (!hasKeys) return `${mchid} ${role}: no keys`
  const facts = [
    `serial ${serialNo}`,
    ends ? `certificate ends ${ends.date} (${ends.days} days)` : 'no certificate',
    `answers verified by ${verifiedBy === 'public_key' ? 'public key' : 'platform certificates'}`,
    `set ${setAt?.toISOString() ?? 'at an unknown time'}`,
    `last good call ${lastGoodAt?.toISOString() ?? 'unknown'}`,
  ]
  return `${mchid} ${role}: ${facts.join(', ')}`
}
