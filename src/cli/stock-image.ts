import { basename } from 'node:path'
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { marketingImage } from '../stocks/provider/image.ts'
import { by } from './by.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'
import { CliRefusal } from './cli-refusal.ts'

type Options = { creator?: string; json?: boolean }

export function stockImageCommand(cli: Cli): Command {
  return new Command('image')
    .description("upload a picture for a creator's stocks, once, and print its address for pattern_info")
    .argument('<merchant>', 'slug of the merchant')
    .argument('<file>', 'the picture, .jpg, .png or .bmp, at most 2 MB')
    .option('--creator <mchid>', "the creator's number; unset: the merchant's only provider")
    .option('--json', 'print JSON')
    .action(async (slug: string, path: string, { creator: creatorMchid, json }: Options) => {
      const file = { name: basename(path), bytes: bytesOf(path), creatorMchid, by }
      const image = await withServices(cli, async (services) =>
        marketingImage(services, await merchantNamed(services, slug), file),
      )
      const { mediaUrl: media_url, sha256, creatorMchid: creator, isNew } = image
      answer(cli, json, { media_url, sha256, creator, new: isNew }, [media_url])
    })
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new CliRefusal(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`)
  }
}
