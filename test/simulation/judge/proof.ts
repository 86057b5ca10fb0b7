import { prove } from '../../../src/claims/proof.ts'
import type { World } from '../world.ts'

/** `proof` says of the ledger what the judge says; a limit that was lowered after its use is its own matter. */
export async function judgeProof({ stage, files, scene }: World, found: string[]): Promise<string[]> {
  const proof = await prove(stage.clerk)
  const concerned = found.filter((failure) => /^(limit|places):/.test(failure))
  if (proof.ok && concerned.length > 0) return [`proof is blind: every limit held, but ${concerned[0]}`]
  const wasEdited = scene.campaigns.some((file) => JSON.stringify(files.get(file.slug)) !== JSON.stringify(file))
  if (!proof.ok && found.length === 0 && !wasEdited)
    return [`proof sees what is not there: ${proof.failures.join('; ')}`]
  return []
}
