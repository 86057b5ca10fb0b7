import { Command } from 'commander'
import { type JobRow, jobRows } from '../plumbing/schedule/job-rows.ts'
import { runByHand } from '../plumbing/schedule/jobs.ts'
import { inWords } from '../plumbing/schedule/when.ts'
import { jobs } from '../worker.ts'
import { answer, type Cli, withServices } from './cli.ts'
import { CliRefusal } from './cli-refusal.ts'

type Options = { json?: boolean }

export function jobsCommand(cli: Cli): Command {
  const command = new Command('jobs')
    .description('what runs by itself, once over all workers: last run, next run, what went wrong')
    .option('--json', 'print JSON')
    .action(async ({ json }: Options) => {
      const rows = await withServices(cli, ({ db }) => jobRows(db))
      const list = jobs.map(({ name, when }) => stateOf(name, inWords(when), rows.get(name)))
      answer(cli, json, list, list.map(lineOf))
    })
  command
    .command('run')
    .description('run a job at once and wait for its end; exit 1 when it fails')
    .argument('<name>', 'name of the job')
    .action((name: string) => runNamed(cli, name))
  return command
}

async function runNamed(cli: Cli, name: string): Promise<void> {
  const job = jobs.find((one) => one.name === name)
  if (!job) throw new CliRefusal(`there is no job ${name}; there are: ${jobs.map((one) => one.name).join(', ')}`)
  const stop = new AbortController()
  const end = () => stop.abort(new Error('ended by hand'))
  process.once('SIGTERM', end).once('SIGINT', end)
  try {
    const ended = await withServices(cli, (services) => runByHand(services, job, stop.signal))
    if (ended.kind !== 'done')
      throw new CliRefusal(`${name} ${ended.kind}${'error' in ended ? `: ${ended.error}` : ''}`)
    cli.print(`${name}: ${ended.note}`)
  } finally {
    process.off('SIGTERM', end).off('SIGINT', end)
  }
}

function stateOf(name: string, schedule: string, row: JobRow | undefined) {
  return {
    name,
    schedule,
    started_at: row?.started_at ?? null,
    ended_at: row?.ended_at ?? null,
    took_ms: row?.took_ms ?? null,
    note: row?.note ?? null,
    failures: row?.failures ?? 0,
    last_error: row?.last_error ?? null,
    next_at: row?.due_at ?? null,
    running_by: row?.leased_by ?? null,
  }
}

function lineOf(job: ReturnType<typeof stateOf>): string {
  const last = job.ended_at
    ? `last ${job.ended_at.toISOString()}, ${job.took_ms! / 1_000} s: ${job.last_error ?? job.note}`
    : 'not run yet'
  const trouble = job.failures > 0 ? ` (failed ${job.failures} times)` : ''
  const now = job.running_by
    ? `running by ${job.running_by}`
    : `next ${job.next_at?.toISOString() ?? 'unknown: no worker has started yet'}`
  return `${job.failures > 0 ? '✗' : '✓'} ${job.name}  ${job.schedule}\n    ${last}${trouble}\n    ${now}`
}
