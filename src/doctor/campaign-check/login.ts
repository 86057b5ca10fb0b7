import type { Merchant } from '../../merchants/merchant.ts'
import { beijingTime } from '../../plumbing/clock.ts'
import type { Db } from '../../plumbing/storage/database.ts'
import { lastExaminations } from '../examinations.ts'
import { ask, type CampaignFinding, good, stop } from './campaign-finding.ts'
import type { Checked } from './checked.ts'

/** What the doctor tests of the login: the AppSecret, and the Official Account's link to the number. */
const loginChecks = ['app_secret', 'appid_bound']

/** Whether members can log in: our own address, the domain's file, and what the doctor last found of the account. */
export async function checkLogin(checked: Checked): Promise<CampaignFinding[]> {
  const found = [...(await ownAddress(checked)), ...(await lastFound(checked))]
  return found.length > 0 ? found : [good('会员可以登录：网页授权域名和服务号都正常')]
}

/** The sandbox asks for neither. A file may also lie elsewhere: a member who has logged in proves the domain. */
async function ownAddress({ services, merchant }: Checked): Promise<CampaignFinding[]> {
  const { publicUrl, sandbox } = services.config
  if (sandbox.on) return []
  if (!publicUrl.startsWith('https:'))
    return [ask(`本系统的地址 ${publicUrl} 不是 https，只适合测试`, '部署时把 PUBLIC_URL 设为 https 的地址')]
  const isProven = Object.keys(merchant.domainVerification).length > 0 || (await hasMembers(services.db, merchant))
  if (isProven) return []
  return [
    ask(
      `还没有 ${new URL(publicUrl).hostname} 的域名校验文件（MP_verify_…）`,
      '在服务号后台「网页授权域名」下载文件，填到公众号配置；域名已经校验过的不用管',
    ),
  ]
}

async function hasMembers(db: Db, { id }: Merchant): Promise<boolean> {
  const one = await db.selectFrom('members').select('openid').where('merchant_id', '=', id).limit(1).executeTakeFirst()
  return one !== undefined
}

async function lastFound({ services, merchant }: Checked): Promise<CampaignFinding[]> {
  const last = (await lastExaminations(services.db, [merchant.id])).get(merchant.id)
  if (!last) return [ask('还没有检测过服务号的 AppSecret 和关联', '在「接入向导」点“全部检测”')]
  return last.findings
    .filter(({ check, ok }) => loginChecks.includes(check) && !ok)
    .map(({ message, cure }) => stop(`${message}（${beijingTime(last.at)} 检测）`, `${cure}；处理后再“全部检测”`))
}
