import { readBody } from './body.ts'
import type { Context } from './context.ts'
import { fieldsOf } from './form-fields.ts'

/** A file of a form: the field's name, the name that it had, its bytes. */
export type UploadedFile = { field: string; name: string; bytes: Uint8Array }

/** The fields and files of a submitted form, of at most `limitBytes` in all; the whole is in memory, never on disk. */
export async function readUpload(
  ctx: Context,
  limitBytes: number,
): Promise<{ fields: URLSearchParams; files: UploadedFile[] }> {
  const body = await readBody(ctx.req, limitBytes)
  const type = ctx.headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data')) return { fields: fieldsOf(ctx, body), files: [] }
  const form = await new Response(body, { headers: { 'Content-Type': type } })
    .formData()
    .catch(() => ctx.throw(400, 'the body is not a form'))
  const [fields, files] = [new URLSearchParams(), [] as UploadedFile[]]
  for (const [field, value] of form) {
    if (typeof value === 'string') fields.append(field, value)
    // A field for a file that was left empty is sent as a file without a name.
    else if (value.size > 0) files.push({ field, name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) })
  }
  return { fields, files }
}
