import { expect, test } from 'vitest'
import { within } from '../../src/plumbing/within.ts'
import { aHold } from '../support/waiting.ts'

test('what comes in time is given, be it an answer or a failure', async () => {
  expect(await within(5_000, Promise.resolve('here'))).toBe('here')
  await expect(within(5_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken')
})

test('what does not come in time is waited for no longer', async () => {
  await expect(within(10, new Promise(() => undefined))).rejects.toThrow('no answer within 10 ms')
  await expect(within(-1, new Promise(() => undefined))).rejects.toThrow('no answer')
})

test('what fails after its time is heard by nobody, and breaks nothing', async () => {
  const { over, letGo } = aHold()
  const late = over.then(() => Promise.reject(new Error('late')))
  await expect(within(1, late)).rejects.toThrow('no answer')
  letGo()
  // An error that nobody handles would end the run here.
  await new Promise(setImmediate)
})
