import { unzipSync } from 'fflate'
import { type KeyFile, type KeyFileFault, mostFileBytes } from './key-file.ts'

/** WeChat's zip has four files; another tool may add its own. */
const mostEntries = 32
/** A key and its certificate are about 2 kB each. */
const mostPacked = 8_192
const wanted = /\.(pem|crt|cer|key|p12|pfx)$/i

/**
 * The key files in a zip, in memory only. What is not wanted, too long or too many is not unpacked: `filter` decides by
 * the sizes that the zip states, and fflate fills no more than the stated size, so a zip that lies gets only what it
 * stated. Returns what is wrong instead.
 */
export function unzipKeyFiles(bytes: Uint8Array): KeyFile[] | KeyFileFault {
  if (isEncrypted(bytes)) return 'zip_encrypted'
  let entries = 0
  let isTooLong = false
  try {
    const files = unzipSync(bytes, {
      filter({ name, size, originalSize }) {
        entries += 1
        if (entries > mostEntries || !wanted.test(name) || isMacCopy(name)) return false
        const fits = size <= mostPacked && originalSize <= mostFileBytes
        isTooLong ||= !fits
        return fits
      },
    })
    if (entries > mostEntries) return 'zip_too_many'
    if (isTooLong) return 'too_long'
    return Object.entries(files).map(([name, content]) => ({ name, bytes: content }))
  } catch {
    return 'zip_broken'
  }
}

/** macOS puts a file of its own beside each one. */
function isMacCopy(name: string): boolean {
  return /(^|\/)(__MACOSX\/|\._)/.test(name)
}

const centralEntry = Buffer.from('PK\u0001\u0002', 'latin1')

/** Bit 0 of an entry's flags, which fflate does not look at. */
function isEncrypted(zip: Uint8Array): boolean {
  const bytes = Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength)
  for (let at = bytes.indexOf(centralEntry); at >= 0; at = bytes.indexOf(centralEntry, at + 4)) {
    if (at + 10 <= bytes.length && (bytes.readUInt16LE(at + 8) & 1) === 1) return true
  }
  return false
}
