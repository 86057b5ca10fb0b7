import { openDatabase, patientTimeoutMs } from '../src/plumbing/storage/database.ts'
import { prove } from '../src/doctor/proof/proof.ts'
import { aBigLedger } from '../test/support/big-ledger.ts'
import type { BenchRow } from './bench.ts'
import { crowdAtSize } from './crowd.ts'
import { openStage, type Stage } from './support/stage.ts'

/** One figure of a ledger of this size, and the most that is allowed for it. */
export type SizeFigure = { what: string; ours: number; unit: string; most?: number }

/**
 * Figure #7 of `npm run bench`: one campaign with this many grants, each with its coupon and four places. Claims with
 * an emptied gate and with a gate restored from an old snapshot, and the proof of the whole ledger.
 */
export async function benchSize(grants: number): Promise<BenchRow[]> {
  await using stage = await openStage()
  const { services, merchant } = stage
  const patient = await openDatabase({
    url: stage.env.DATABASE_URL,
    dataDir: '',
    statementTimeoutMs: patientTimeoutMs,
  })
  const { campaign } = await aBigLedger({ ...services, db: patient }, merchant, grants)
  await patient.destroy()
  const figures = [...(await crowdAtSize(stage, campaign)), ...(await proofAtSize(stage))]
  return figures.map(({ what, ours, unit, most }) => ({
    line: 7,
    what: `${grants.toLocaleString('en')} grants: ${what}`,
    ours,
    against: [],
    ratio: most === undefined ? 1 : ours / most,
    reach: most === undefined ? '-' : `<= ${most.toLocaleString('en')} ${unit}`,
    unit,
  }))
}

async function proofAtSize({ services }: Stage): Promise<SizeFigure[]> {
  const begun = performance.now()
  const { ok, failures } = await prove(services)
  if (!ok) throw new Error(`the proof found ${failures.join('; ')}`)
  return [{ what: 'proof', ours: (performance.now() - begun) / 1_000, unit: 's', most: 60 }]
}
