import type { Person } from '../../operators/rights/person.ts'
import type { Merchant } from '../merchant.ts'
import { wrongField } from './field-words.ts'
import { changeMerchantRow } from './merchant-row.ts'
import { type Parts, requireMayManage } from './parts.ts'
import { refuseIfWrong, WrongFields } from './wrong-fields.ts'

/** WeChat asks for one file per domain and account; a merchant needs few. */
const mostFiles = 50
const tooMany = `已经有 ${mostFiles} 个验证文件，不能再添加`

/**
 * Keeps WeChat's domain verification file, which is answered at the root of our address from now on
 * (docs/wechat/official-account.md 1.7). Throws `WrongFields` and `Declined`.
 */
export async function addDomainFileFor(
  services: Pick<Parts, 'db' | 'clock' | 'catalog'>,
  person: Person,
  merchant: Merchant,
  { name, text }: { name: string; text: string },
): Promise<void> {
  requireMayManage(services, person, merchant)
  refuseIfWrong(wrongField('domain_file', name))
  refuseIfWrong(
    text.trim() === ''
      ? [{ name: 'domain_text', text: '验证文件是空的，请重新下载' }]
      : wrongField('domain_text', text),
  )
  await changeMerchantRow(services, person, merchant, (row) => {
    const files = { ...row.domain_verification, [name]: text.trim() }
    if (Object.keys(files).length > mostFiles) throw new WrongFields([{ name: 'domain_file', text: tooMany }])
    const columns = { domain_verification: JSON.stringify(files) }
    return { columns, deed: { act: 'domain_file_added', after: { file: name } } }
  })
}
