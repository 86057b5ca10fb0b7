import type { GivenKeys } from '../../../../merchants/by-staff/candidate.ts'
import type { Uploaded } from '../../state.ts'

/** The texts that were pasted in place of files. */
export function pastedTexts(form: URLSearchParams): string[] {
  return form.getAll('pem').filter((text) => text.trim() !== '')
}

/** The form with keys: files, pasted texts, or both. */
export function askedKeys({ form, files }: Uploaded): GivenKeys {
  const field = (name: string) => (form.get(name) ?? '').trim()
  const role = field('role')
  const pasted = pastedTexts(form).map((text) => ({ name: '', bytes: Buffer.from(text) }))
  return {
    files: [...files.map(({ name, bytes }) => ({ name, bytes })), ...pasted],
    mchid: field('mchid'),
    role: role === 'sender' || role === 'provider' ? role : undefined,
    api_v3_key: field('api_v3_key'),
    public_key_id: field('public_key_id'),
    confirmed: form.has('confirmed'),
  }
}
