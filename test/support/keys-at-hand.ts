import crypto, { generateKeyPairSync } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

/** More keys than any one test needs to differ from one another. */
const atHand = 16

/**
 * Making an RSA key takes a tenth of a second of a core, and each merchant and each sandbox of a test has some: after the
 * first `atHand` of a process the same ones are given out again, in turn. Nothing else about the program is changed.
 */
function drawKeys(): void {
  const make = generateKeyPairSync as (type: string, options: { modulusLength?: number }) => unknown
  const made = new Map<string, { pairs: unknown[]; drawn: number }>()
  function draw(type: string, options: { modulusLength?: number }): unknown {
    const kind = JSON.stringify([type, options])
    const store = made.get(kind) ?? { pairs: [], drawn: 0 }
    made.set(kind, store)
    return (store.pairs[store.drawn++ % atHand] ??= make(type, options))
  }
  Object.assign(crypto, { generateKeyPairSync: draw })
  syncBuiltinESMExports()
}

// Where files share a process this module is asked for by each of them, and the keys are drawn from the first one's store.
const once = globalThis as { areKeysAtHand?: true }
if (!once.areKeysAtHand) drawKeys()
once.areKeysAtHand = true
