import { Command, Option } from 'commander'
import { createOperator } from '../operators/create.ts'
import { inviteOperator } from '../operators/invite.ts'
import { linkOfCommandMs } from '../operators/links.ts'
import { commandLine } from '../operators/rights/parts.ts'
import { placeNamed } from '../operators/places.ts'
import { resetByCommand } from '../operators/reset.ts'
import { roles } from '../operators/rights/roles.ts'
import type { Role } from '../plumbing/storage/schema.ts'
import { answer, type Cli, withServices } from './cli.ts'
import { linkMaker } from './operator-link.ts'
import { readPassword } from './password.ts'

type Options = { role: Role; merchant?: string; provider?: string; json?: boolean }

export function operatorCommand(cli: Cli): Command {
  return new Command('operator')
    .description('people at the console')
    .addCommand(createCommand(cli))
    .addCommand(inviteCommand(cli))
    .addCommand(resetCommand(cli))
}

function createCommand(cli: Cli): Command {
  return withRole(new Command('create'))
    .description(
      'make an operator with the password on standard input; prints a link, valid once and for an hour, at which they set up their authenticator',
    )
    .action(async (email: string, { role, merchant, provider, json }: Options) => {
      const password = readPassword()
      await withServices(cli, async (services) => {
        const addressOf = linkMaker(services.config)
        const offer = { role, ...(await placeNamed(services.db, { merchant, provider })) }
        const link = addressOf(await createOperator(services, { email, password, offer }))
        answer(cli, json, { email, role, ...placeOf({ merchant, provider }), link }, [
          `created ${email} as ${role} of ${words({ merchant, provider })}`,
          `to set up the authenticator, open within an hour: ${link}`,
        ])
      })
    })
}

function inviteCommand(cli: Cli): Command {
  return withRole(new Command('invite'))
    .description('offer somebody a role; prints a link, valid once and for an hour, at which they choose a password')
    .action(async (email: string, { role, merchant, provider, json }: Options) => {
      await withServices(cli, async (services) => {
        const addressOf = linkMaker(services.config)
        const offer = { role, ...(await placeNamed(services.db, { merchant, provider })) }
        const invited = await inviteOperator(services, { email, offer, by: commandLine, lifeMs: linkOfCommandMs })
        const link = invited.link === undefined ? null : addressOf(invited.link)
        answer(cli, json, { email: invited.email, role, ...placeOf({ merchant, provider }), link }, [
          link === null
            ? `${invited.email} has an account and is ${role} of ${words({ merchant, provider })} from now on`
            : `to join as ${role} of ${words({ merchant, provider })}, open within an hour: ${link}`,
        ])
      })
    })
}

function resetCommand(cli: Cli): Command {
  return new Command('reset')
    .description(
      'end the sessions of an operator; prints a link, valid once and for an hour, at which they choose another password and authenticator',
    )
    .argument('<email>', 'e-mail of the operator')
    .option('--json', 'print JSON')
    .action(async (email: string, { json }: { json?: boolean }) => {
      await withServices(cli, async (services) => {
        const addressOf = linkMaker(services.config)
        const link = addressOf(await resetByCommand(services, email))
        answer(cli, json, { email, link }, [`to begin again, open within an hour: ${link}`])
      })
    })
}

function withRole(command: Command): Command {
  return command
    .argument('<email>', 'e-mail of the person')
    .addOption(new Option('--role <role>', 'what they may do').choices(roles).makeOptionMandatory())
    .addOption(new Option('--merchant <slug>', 'only at this merchant').conflicts('provider'))
    .option('--provider <mchid>', "only at the merchants of this provider's number")
    .option('--json', 'print JSON')
}

function placeOf({ merchant, provider }: Pick<Options, 'merchant' | 'provider'>) {
  return { merchant: merchant ?? null, provider: provider ?? null }
}

function words({ merchant, provider }: Pick<Options, 'merchant' | 'provider'>): string {
  return merchant ?? (provider === undefined ? 'everything' : `provider ${provider}`)
}
