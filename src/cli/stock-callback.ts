import { Command } from 'commander'
import { type CallbackState, callbackState, setOurCallback } from '../stocks/provider/callback.ts'
import { by } from './by.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'

type Options = { set?: boolean; replace?: boolean; creator?: string; json?: boolean }

export function stockCallbackCommand(cli: Cli): Command {
  return new Command('callback')
    .description("where WeChat Pay reports the use of a creator's coupons; with --set it is told to report to us")
    .argument('<merchant>', 'slug of the merchant')
    .option('--set', 'set our address; refused when the address of another system is set')
    .option('--replace', 'with --set: take the place of another system, which then hears nothing')
    .option('--creator <mchid>', "the creator's number; unset: the merchant's only provider")
    .option('--json', 'print JSON')
    .action(async (slug: string, { set, replace = false, creator: creatorMchid, json }: Options, command: Command) => {
      if (replace && !set) command.error('error: --replace is given together with --set')
      const state = await withServices(cli, async (services) => {
        const merchant = await merchantNamed(services, slug)
        return set
          ? setOurCallback(services, merchant, { creatorMchid, replace, by })
          : callbackState(services, merchant, { creatorMchid })
      })
      const { creatorMchid: creator, isOurs: is_ours } = state
      answer(cli, json, { creator, set: state.set, ours: state.ours, is_ours }, linesOf(state))
    })
}

function linesOf({ creatorMchid, set, ours, isOurs }: CallbackState): string[] {
  const whose = isOurs ? 'ours' : 'of another system'
  return [
    `set for ${creatorMchid}: ${set === null ? 'none' : `${set} (${whose})`}`,
    ...(set === ours ? [] : [`ours: ${ours}`]),
  ]
}
