import { Command, InvalidArgumentError, Option } from 'commander'
import { keepByHand } from '../onboarding/keep.ts'
import type { Standing } from '../onboarding/standing.ts'
import { type Step, stepNamed, steps } from '../onboarding/steps.ts'
import { beijingDay } from '../plumbing/clock.ts'
import type { StepState } from '../plumbing/storage/schema.ts'
import { by } from './by.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'
import { CliRefusal } from './cli-refusal.ts'
import { shownDay } from '../plumbing/calendar-day.ts'
import { dayOf } from './day.ts'

type Options = { state: StepState; on: string; json?: boolean }

export function stepCommand(cli: Cli): Command {
  return new Command('step')
    .description('keep by hand how far a merchant is with one of the twelve steps; prints what was and what is')
    .argument('<merchant>', 'slug of the merchant')
    .argument('<step>', `number or key: ${steps.map(({ number, key }) => `${number} ${key}`).join(', ')}`, stepOf)
    .addOption(
      new Option('--state <state>', 'what happened').choices(['asked', 'granted', 'refused']).makeOptionMandatory(),
    )
    .requiredOption('--on <date>', 'the day in Beijing on which it happened, such as 2026-11-01', dayOf)
    .option('--json', 'print JSON')
    .action(async (slug: string, step: Step, { state, on, json }: Options) => {
      const { was, is, changed } = await withServices(cli, async (services) => {
        if (on > beijingDay(services.clock.now())) throw new CliRefusal(`--on: ${shownDay(on)} is in the future`)
        const merchant = await merchantNamed(services, slug)
        return keepByHand(services, merchant.id, { step: step.number, state, day: on, by })
      })
      const { number, key, name, isTested } = step
      const data = { merchant: slug, step: number, key, name, changed, was: was ? shown(was) : null, is: shown(is) }
      answer(cli, json, { ...data, tested_live: isTested }, [
        `merchant ${slug}, step ${number} ${key}: ${name}`,
        `  was: ${was ? lineOf(was) : 'nothing known'}`,
        `  is:  ${lineOf(is)}${changed ? '' : ' (said before, nothing changed)'}`,
        ...(isTested ? [`  doctor tests this step, and what it finds decides: doctor ${slug}`] : []),
      ])
    })
}

function stepOf(text: string): Step {
  const step = stepNamed(text)
  if (!step) throw new InvalidArgumentError('There is no such step')
  return step
}

function shown({ state, day, source, evidence, by: who, at }: Standing) {
  return { state, on: shownDay(day), source, evidence, by: who, at }
}

function lineOf({ state, day, source, evidence, by: who }: Standing): string {
  return `${state} on ${shownDay(day)}, ${source === 'hand' ? `by hand (${who})` : `by evidence: ${evidence}`}`
}
