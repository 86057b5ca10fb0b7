import type { PlatformActName } from '../platform/platform-acts.ts'
import { stockOfForm } from './stock-of-form.ts'
import { words } from './words.ts'

/** The input of a platform's act from the fields of its form. Most are taken as they are. */
export function actInput(name: PlatformActName, form: URLSearchParams): object {
  return { ...Object.fromEntries(form), ...readers[name]?.(form) }
}

const readers: Partial<Record<PlatformActName, (form: URLSearchParams) => object>> = {
  'make-stock': stockOfForm,
  'top-up': (form) => ({ amount: Number(form.get('yuan')) * 100 }),
  'file-application': (form) => ({ senders: words(form.get('senders')) }),
  'set-web-domains': (form) => ({ domains: words(form.get('domains')) }),
  'set-allowed-ips': (form) => ({ ips: words(form.get('ips')) }),
}
