import { merchantFields } from '../merchant-file.ts'
import type { WrongField } from './wrong-fields.ts'

/** What each field must be, for who has filled it in wrongly. */
const words = {
  name: '请填写商户名称，最多 100 个字',
  slug: '标识只能用小写字母、数字和连字符，以字母或数字开头，最多 40 个字符',
  appid: 'AppID 以 wx 开头，后面是 16 位字母和数字，在公众号后台「设置与开发 · 基本配置」可以看到',
  app_secret: 'AppSecret 是一串没有空格的字母和数字，请从公众号后台整段复制',
  original_id: '原始 ID 以 gh_ 开头，在公众号后台「设置与开发 · 账号设置」可以看到',
  message_token: '令牌是 3 到 64 个字符，没有空格，与公众号后台填写的一致',
  encoding_aes_key: 'EncodingAESKey 正好 43 位字母和数字，请从公众号后台整段复制',
  mchid: '商户号是 6 到 32 位数字',
  public_key_id: '公钥 ID 以 PUB_KEY_ID_ 开头，请从商户平台整段复制',
  domain_file: '验证文件的名字是 MP_verify_….txt，请上传微信给的原文件',
  domain_text: '验证文件里只有一行字，最多 200 个字符',
} as const satisfies Record<keyof typeof merchantFields, string>

/** What is wrong with `value` by the rules of the merchant file; none when it is right. `name`: of the form's field. */
export function wrongField(field: keyof typeof words, value: string, name: string = field): WrongField[] {
  return merchantFields[field].safeParse(value).success ? [] : [{ name, text: words[field] }]
}
