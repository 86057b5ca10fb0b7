import { Command } from 'commander'
import { type CampaignFinding, checkCampaign } from '../doctor/campaign-check/check-campaign.ts'
import { campaignNamed } from './campaign-named.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'

const signs: Record<CampaignFinding['state'], string> = { stop: '✗', ask: '?', good: '✓' }

export function campaignCheckCommand(cli: Cli): Command {
  return new Command('check')
    .description('say what stands against publishing a campaign; exit 1 when something stops it')
    .argument('<merchant>', 'slug of the merchant')
    .argument('<slug>', 'the campaign')
    .option('--json', 'print JSON')
    .action(async (slug: string, campaign: string, { json }: { json?: boolean }) => {
      const findings = await withServices(cli, async (services) => {
        const merchant = await merchantNamed(services, slug)
        return checkCampaign(services, merchant, await campaignNamed(services, merchant, campaign))
      })
      const lines = findings.map(({ state, text, cure }) => [
        `${signs[state]} ${text}`,
        ...(cure ? [`    → ${cure}`] : []),
      ])
      answer(cli, json, findings, lines.flat())
      if (findings.some(({ state }) => state === 'stop')) cli.foundWanting()
    })
}
