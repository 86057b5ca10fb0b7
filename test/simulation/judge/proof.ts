import { prove } from '../../../src/doctor/proof/proof.ts'
import type { World } from '../world.ts'

/** `proof` says of the ledger what the judge says, also where a limit was lowered after its use. */
export async function judgeProof({ stage }: World, found: string[]): Promise<string[]> {
  const proof = await prove(stage.clerk)
  const concerned = found.filter((failure) => /^(limit|places):/.test(failure))
  if (proof.ok && concerned.length > 0) return [`proof is blind: every limit held, but ${concerned[0]}`]
  if (!proof.ok && found.length === 0) return [`proof sees what is not there: ${proof.failures.join('; ')}`]
  return []
}
