import type { Uploaded } from '../../state.ts'

/** WeChat's verification file as it was uploaded, or its name and text as they were typed. */
export function domainFileOf({ form, files }: Uploaded): { name: string; text: string } {
  const file = files.find(({ field }) => field === 'domain_file')
  if (file) return { name: file.name, text: Buffer.from(file.bytes).toString() }
  return { name: (form.get('domain_name') ?? '').trim(), text: form.get('domain_text') ?? '' }
}
