import type { X509Certificate } from 'node:crypto'

/**
 * A merchant certificate's serial as WeChat wants it: upper-case hex without colons, leading zeros kept
 * (docs/wechat/pay-v3.md 1.3). A serial that was typed beside the certificate must be the certificate's.
 */
export function readSerial(
  typed: string | undefined,
  certificate: X509Certificate | undefined,
): { serialNo: string; fault?: string } {
  const given = typed?.replace(/[:\s]/g, '').toUpperCase()
  const own = certificate?.serialNumber.toUpperCase()
  if (given !== undefined && !/^[0-9A-F]{8,40}$/.test(given))
    return { serialNo: '', fault: 'must be up to 40 hexadecimal digits' }
  if (given === undefined && own === undefined) return { serialNo: '', fault: 'is missing: give it or the certificate' }
  if (given !== undefined && own !== undefined && withoutZeros(given) !== withoutZeros(own)) {
    return { serialNo: '', fault: 'is not the serial of the certificate' }
  }
  return { serialNo: given ?? own! }
}

/** A certificate stores its serial as a number, which has no leading zeros. */
function withoutZeros(serial: string): string {
  return serial.replace(/^0+/, '')
}
