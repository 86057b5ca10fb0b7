import type { z } from 'zod'
import { Unusable } from '../unusable.ts'

/** The file as `schema` reads it. Throws `Unusable` that names every wrong field and quotes no value. */
export function checkFile<T extends z.ZodType>(schema: T, file: unknown): z.output<T> {
  const result = schema.safeParse(file)
  if (result.success) return result.data
  throw new Unusable(result.error.issues.map(sentence))
}

function sentence(issue: { path: PropertyKey[]; message: string }): string {
  const path = issue.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')
  return `${path.replace(/^\./, '') || 'the file'}: ${issue.message}`
}
