/** A file that somebody gave us for keys; `name` is empty for pasted text. */
export type KeyFile = { name: string; bytes: Uint8Array }

/** Far more than any key or certificate. */
export const mostFileBytes = 16_384

/** Why given files are no pair of key and certificate. */
export type KeyFileFault =
  | 'zip_broken'
  | 'zip_encrypted'
  | 'zip_too_many'
  | 'too_long'
  | 'nothing'
  | 'only_p12'
  | 'key_encrypted'
  | 'no_key'
  | 'several_keys'
  | 'no_certificate'
  | 'only_platform_certificate'
