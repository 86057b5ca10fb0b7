import { Command, InvalidArgumentError } from 'commander'
import { couponsOwedTo } from '../grants/owed-to.ts'
import { type Block, blockedMembers, blockMember, unblockMember } from '../members/blocks.ts'
import { openidShape } from '../wechat/official/oauth.ts'
import { by } from './by.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'
import { reasonOf } from './reason.ts'

export function memberCommand(cli: Cli): Command {
  return new Command('member')
    .description('people under the Official Account of a merchant')
    .addCommand(blockCommand(cli))
    .addCommand(unblockCommand(cli))
    .addCommand(blockedCommand(cli))
}

function blockCommand(cli: Cli): Command {
  return withMember(new Command('block'))
    .description('keep a member out: the session ends, nothing more is given, what is owed is held back')
    .requiredOption('--reason <text>', 'why, kept with the block (at most 500 characters)', reasonOf)
    .action(async (slug: string, openid: string, { reason, json }: { reason: string; json?: boolean }) => {
      await withServices(cli, async (services) => {
        const member = { merchantId: (await merchantNamed(services, slug)).id, openid }
        const { block, changed } = await blockMember(services, member, { reason, by })
        const owed = await couponsOwedTo(services.db, member)
        answer(cli, json, { merchant: slug, blocked: true, changed, ...shown(block), owed }, [
          `${changed ? 'blocked' : 'was blocked before, and nothing changed'}: ${lineOf(block)}`,
          ...(owed > 0 ? [`  coupons owed and held back: ${owed}`] : []),
        ])
      })
    })
}

function unblockCommand(cli: Cli): Command {
  return withMember(new Command('unblock'))
    .description('let a blocked member in again: what was held back is sent, and what is earned from now on counts')
    .option('--reason <text>', 'why, kept with the block that ends (at most 500 characters)', reasonOf)
    .action(async (slug: string, openid: string, { reason, json }: { reason?: string; json?: boolean }) => {
      await withServices(cli, async (services) => {
        const member = { merchantId: (await merchantNamed(services, slug)).id, openid }
        const ended = await unblockMember(services, member, { reason, by })
        const data = { merchant: slug, openid, blocked: false, changed: ended !== undefined }
        const line = ended ? `no longer blocked: ${lineOf(ended)}` : `was not blocked, and nothing changed: ${openid}`
        answer(cli, json, { ...data, ...(ended && shown(ended)) }, [line])
      })
    })
}

function blockedCommand(cli: Cli): Command {
  return new Command('blocked')
    .description('list the members whom a merchant keeps out, with since when and why')
    .argument('<merchant>', 'slug of the merchant')
    .option('--json', 'print JSON')
    .action(async (slug: string, { json }: { json?: boolean }) => {
      await withServices(cli, async (services) => {
        const blocks = await blockedMembers(services.db, (await merchantNamed(services, slug)).id)
        answer(cli, json, blocks.map(shown), blocks.length > 0 ? blocks.map(lineOf) : ['nobody is blocked'])
      })
    })
}

function withMember(command: Command): Command {
  return command
    .argument('<merchant>', 'slug of the merchant')
    .argument(
      '<openid>',
      "the member's openid under the merchant's Official Account; need not have been here",
      openidOf,
    )
    .option('--json', 'print JSON')
}

/** Anything of another form was mistyped, and would block nobody. */
function openidOf(text: string): string {
  if (!openidShape.test(text)) throw new InvalidArgumentError('It is not one of WeChat’s')
  return text
}

function shown({ openid, since, reason, blocked_by }: Block) {
  return { openid, since, reason, by: blocked_by }
}

function lineOf({ openid, since, reason, blocked_by }: Block): string {
  return `${openid}  since ${since.toISOString()} by ${blocked_by}: ${reason}`
}
