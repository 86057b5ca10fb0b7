import type { z } from 'zod'
import { Unusable } from '../unusable.ts'

/** The file as `schema` reads it. Throws `Unusable` that names every wrong field and quotes no value. */
export function checkFile<T extends z.ZodType>(schema: T, file: unknown): z.output<T> {
  const result = schema.safeParse(file)
  if (result.success) return result.data
  throw new Unusable(result.error.issues.map(sentence))
}

function sentence(issue: { path: PropertyKey[]; message: string }): string {
  return `${fieldName(issue.path) || 'the file'}: ${issue.message}`
}

/** A field's place as people write it: `accounts[0].mchid`. */
export function fieldName(path: PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
  return steps.join('').replace(/^\./, '')
}
