import type { z } from 'zod'

/** A file that cannot be used: one sentence for each field that is wrong. Nothing was changed. */
export class FileFault extends Error {
  readonly faults: string[]

  constructor(faults: string[]) {
    super(faults.join('; '))
    this.name = 'FileFault'
    this.faults = faults
  }
}

/** The file as `schema` understands it. Throws `FileFault` naming every field that is wrong, never a value. */
export function checkFile<T extends z.ZodType>(schema: T, file: unknown): z.output<T> {
  const result = schema.safeParse(file)
  if (result.success) return result.data
  throw new FileFault(result.error.issues.map(sentence))
}

function sentence(issue: { path: PropertyKey[]; message: string }): string {
  const path = issue.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')
  return `${path.replace(/^\./, '') || 'the file'}: ${issue.message}`
}
