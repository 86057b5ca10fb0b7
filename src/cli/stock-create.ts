import { Command } from 'commander'
import { formPath } from '../stocks/provider/form.ts'
import { type Made, makeStock } from '../stocks/provider/make-stock.ts'
import { type WantedStock, wantedStock } from '../stocks/provider/wanted-stock.ts'
import { by } from './by.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'
import { CliRefusal } from './cli-refusal.ts'
import { readJsonFile } from './json-file.ts'

type Options = { dryRun?: boolean; byApi?: boolean; json?: boolean }

export function stockCreateCommand(cli: Cli): Command {
  return new Command('create')
    .description(
      "make a stock at WeChat Pay with its creator's keys, once; exit 1 with the 填写单 when it needs 可发券商户",
    )
    .argument('<merchant>', 'slug of the merchant')
    .argument('<file>', "the stock, JSON with WeChat's fields; - reads standard input")
    .option('--dry-run', 'check everything and print what would be sent; sends and stores nothing')
    .option('--by-api', 'make it by the call all the same: only its creator can send it')
    .option('--json', 'print JSON')
    .action(async (slug: string, path: string, options: Options) => {
      const file = readJsonFile(path)
      await withServices(cli, async (services) => {
        const merchant = await merchantNamed(services, slug)
        const wanted = await wantedStock(services, merchant, file)
        if (options.dryRun) return printPlan(cli, wanted, options)
        if (!wanted.sendsItself && !options.byApi && !wanted.before?.stock_id) return refuse(cli, wanted, options)
        printMade(cli, await makeStock(services, merchant, wanted, by), wanted, options)
      })
    })
}

function printMade(cli: Cli, made: Made, { warnings }: WantedStock, { json }: Options): void {
  const { stockId: stock_id, outRequestNo: out_request_no, creatorMchid: creator, isNew } = made
  answer(cli, json, { stock_id, out_request_no, creator, new: isNew, warnings }, [
    isNew ? `stock ${stock_id}: made` : `stock ${stock_id}: was made before, and nothing was sent`,
    `  out_request_no ${out_request_no} of ${creator}`,
    ...warnings.map((warning) => `  warning: ${warning}`),
    ...(isNew ? ['  next: stock activate, a minute after it was made'] : []),
  ])
}

function printPlan(cli: Cli, wanted: WantedStock, options: Options): void {
  const { request, sendsItself, senders, warnings, before } = wanted
  const byCall = sendsItself || options.byApi === true
  const way = byCall
    ? `would be sent with the keys of ${wanted.creator.mchid}; 可发券商户 cannot be named by this call:`
    : `would not be sent: ${bySheetOnly(wanted)}; by --by-api it would be:`
  const data = { sent: false, by_api: byCall, out_request_no: request.outRequestNo, senders, warnings }
  answer(cli, options.json, { ...data, request: JSON.parse(request.text) as object, ...sheet(wanted) }, [
    ...(before ? [`asked before${before.stock_id ? `: stock ${before.stock_id}` : ', without an answer'}`] : []),
    way,
    request.text,
    ...warnings.map((warning) => `warning: ${warning}`),
    ...(sendsItself ? [] : sheetLines(wanted)),
  ])
}

/** The command cannot do it, but says what a person fills in instead. */
function refuse(cli: Cli, wanted: WantedStock, { json }: Options): never {
  const { senders, warnings } = wanted
  answer(cli, json, { sent: false, by_api: false, senders, warnings, ...sheet(wanted) }, [
    ...warnings.map((warning) => `warning: ${warning}`),
    ...sheetLines(wanted),
  ])
  throw new CliRefusal(`not made by the call: ${bySheetOnly(wanted)}; fill in the 填写单, or give --by-api`)
}

function bySheetOnly({ senders, creator }: WantedStock): string {
  return `its senders (可发券商户 ${senders.join(', ')}) are not its creator ${creator.mchid}, and can only be named in WeChat's platform`
}

function sheet({ form }: WantedStock) {
  return { form: { path: formPath, fields: form.map(({ label, value }) => ({ label, value })) } }
}

function sheetLines({ form }: WantedStock): string[] {
  return ['', `填写单  ${formPath}`, ...form.map(({ label, value }) => `  ${label}：${value}`)]
}
