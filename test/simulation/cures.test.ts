import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { planted } from '../mutants/mutant.ts'
import { cures } from './cures.ts'
import { mixes } from './mixes.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

test.each(cures)('the cure of $name can be taken out: the code it changes stands there once', ({ edits, mix }) => {
  for (const edit of edits) expect(() => planted(root, edit)).not.toThrow()
  if (mix !== undefined) expect(mixes).toHaveProperty(mix)
})
