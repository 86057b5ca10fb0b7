import { watchKeyEnds } from './alerts/watch-key-ends.ts'
import { walkCoupons } from './coupons/walk.ts'
import { openDeliveryLoop } from './delivery/loop.ts'
import { deleteOldAttempts } from './delivery/old-attempts.ts'
import { probeHalts } from './delivery/probes.ts'
import { bringBills, bringFlows } from './files/due-files.ts'
import { forgetFiles } from './files/retention.ts'
import { openGateRepair } from './gate/gate-repair.ts'
import { openInboxLoop } from './inbox/loop.ts'
import { deleteOldEntries, forgetBodies } from './inbox/retention.ts'
import { followEvidence } from './onboarding/follow-evidence.ts'
import { mailNotices } from './operators/mail-notices.ts'
import { runDays } from './days/run-days.ts'
import { deleteOldSessions } from './operators/sessions.ts'
import { askMissing } from './payments/ask-missing.ts'
import type { Job } from './plumbing/schedule/job.ts'
import { openJobsLoop } from './plumbing/schedule/jobs.ts'
import { type Loop, openLoop } from './plumbing/schedule/loop.ts'
import { openPresence } from './plumbing/schedule/presence.ts'
import { daily } from './plumbing/schedule/when.ts'
import type { Services } from './services.ts'
import { watchMemberCaps } from './stocks/member-caps.ts'
import { deleteOldReports } from './stocks/old-reports.ts'
import { syncStocks } from './stocks/sync-stocks.ts'

/** Everything that happens without a request: loops that each process runs, and jobs that one process runs for all. */

/** Loops of every process. */
export function loopsOfEach(services: Services): Loop[] {
  return [openPresence(services, services.config.role, 10_000)]
}

/** Loops of every worker, running side by side. The first two are woken by bells; their interval is for a lost bell. */
export function loopsOfWorker(services: Services) {
  return {
    inbox: openInboxLoop(services, 1_000),
    delivery: openDeliveryLoop(services, 500),
    probes: loop(services, 'halt probes', 1_000, probeHalts),
    gateRepair: openGateRepair(services, 10_000),
    jobs: openJobsLoop(services, jobs, 5_000),
  }
}

/** Jobs: each runs in one worker at a time. */
export const jobs: Job<Services>[] = [
  { name: 'stocks', when: { everyMs: 15_000 }, limitMs: minutes(10), act: syncStocks },
  { name: 'missing-orders', when: { everyMs: 15_000 }, limitMs: minutes(10), act: askMissing },
  { name: 'member-caps', when: { everyMs: hours(1) }, limitMs: hours(1), act: watchMemberCaps },
  { name: 'stock-reports', when: daily('03:40'), limitMs: hours(1), act: deleteOldReports },
  { name: 'bills', when: { everyMs: minutes(5) }, limitMs: hours(6), act: bringBills },
  { name: 'flows', when: { everyMs: minutes(1) }, limitMs: hours(6), act: bringFlows },
  { name: 'files', when: daily('04:00'), limitMs: hours(2), act: forgetFiles },
  { name: 'coupon-states', when: { everyMs: minutes(10) }, limitMs: hours(1), act: walkCoupons },
  { name: 'inbox-bodies', when: daily('03:10'), limitMs: hours(2), act: forgetBodies },
  { name: 'inbox-rows', when: daily('03:20'), limitMs: hours(2), act: deleteOldEntries },
  { name: 'attempts', when: daily('03:30'), limitMs: hours(2), act: deleteOldAttempts },
  { name: 'sessions', when: daily('03:50'), limitMs: hours(1), act: deleteOldSessions },
  { name: 'onboarding', when: { everyMs: minutes(5) }, limitMs: hours(1), act: followEvidence },
  { name: 'key-ends', when: { everyMs: hours(1) }, limitMs: hours(1), act: watchKeyEnds },
  { name: 'days', when: { everyMs: hours(1) }, limitMs: hours(2), act: runDays },
  { name: 'notices', when: { everyMs: minutes(1) }, limitMs: minutes(10), act: mailNotices },
]

function loop(services: Services, name: string, everyMs: number, act: (services: Services) => Promise<void>): Loop {
  return openLoop({ name, everyMs, look: () => act(services), log: services.log })
}

function minutes(count: number): number {
  return count * 60_000
}

function hours(count: number): number {
  return count * 3_600_000
}
