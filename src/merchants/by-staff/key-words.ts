import type { KeyFault } from '../../wechat/pay/key-fault.ts'
import type { KeyFileFault } from '../key-files/key-file.ts'
import type { WrongField } from './wrong-fields.ts'

const where = '商户平台 · 账户中心 · API安全'

const ofFiles: Record<KeyFileFault, string> = {
  zip_broken: '压缩包打不开，可能没有下载完整：请重新下载，或直接上传里面的 PEM 文件',
  zip_encrypted: '压缩包有密码：请先解压，再上传里面的 apiclient_key.pem 和 apiclient_cert.pem',
  zip_too_many: '压缩包里的文件太多，不像微信的证书压缩包：请只上传 apiclient_key.pem 和 apiclient_cert.pem',
  too_long: '文件太大，不是证书或私钥：它们只有几 kB',
  nothing: '没有找到私钥和证书：请选择微信证书工具生成的压缩包，或里面的 apiclient_key.pem 和 apiclient_cert.pem',
  only_p12: '只有 p12 文件，不能用：请选择同一个压缩包里的 apiclient_key.pem 和 apiclient_cert.pem',
  key_encrypted: '私钥有密码，不能用：请选择微信证书工具生成的 apiclient_key.pem，它没有密码',
  no_key: '没有找到私钥：还要选择同一个压缩包里的 apiclient_key.pem',
  several_keys: '有两把不同的私钥：请只选择一套证书的文件',
  no_certificate: '没有找到证书：还要选择同一个压缩包里的 apiclient_cert.pem',
  only_platform_certificate: `这是微信的平台证书，不是商户证书：请在「${where}」下载商户 API 证书`,
}

/** What is wrong with given files. */
export function wrongFile(fault: KeyFileFault): WrongField {
  return { name: 'files', text: ofFiles[fault] }
}

const setFresh = `在「${where}」设置新的，再填到这里`
const setKey = `请在「${where}」设置 APIv3 密钥，再填到这里`

/** Faults of `readAccountKeys` and of the APIv3 key's rule by the fields of the form. */
const ofKeys: Record<string, WrongField> = {
  'certificate: does not belong to private_key': {
    name: 'files',
    text: '证书和私钥不是一对：请选择同一次申请得到的 apiclient_key.pem 和 apiclient_cert.pem',
  },
  'certificate: has expired': { name: 'files', text: `证书已过期：请在「${where}」申请新的 API 证书` },
  'certificate: is not valid yet': { name: 'files', text: '证书还没有生效：请检查服务器的时间' },
  'private_key: must be an RSA key of 2048 bits or more': {
    name: 'files',
    text: '私钥不是 2048 位的 RSA 私钥：请选择微信证书工具生成的 apiclient_key.pem',
  },
  'api_v3_key: is missing': { name: 'api_v3_key', text: `没有填写 APIv3 密钥：${setKey}` },
  'api_v3_key: is known from published guides: set a random one in the merchant platform': {
    name: 'api_v3_key',
    text: `这个 APIv3 密钥印在公开的教程里，任何人都能伪造微信的通知：请点“生成APIv3密钥”，${setFresh}`,
  },
  'api_v3_key: is too simple: set a random one in the merchant platform': {
    name: 'api_v3_key',
    text: `这个 APIv3 密钥太简单，容易被猜到：请点“生成APIv3密钥”，${setFresh}`,
  },
  'public_key_id: is missing: public_key comes with its PUB_KEY_ID_…': {
    name: 'public_key_id',
    text: '有公钥文件，但没有公钥 ID：请从商户平台复制 PUB_KEY_ID_ 开头的公钥 ID',
  },
  'public_key: is missing: public_key_id comes with its PEM': {
    name: 'public_key_id',
    text: '有公钥 ID，但没有公钥：请一起上传或粘贴 pub_key.pem',
  },
  'public_key: is not an RSA public key in PEM': {
    name: 'public_key_id',
    text: '公钥文件读不出来：请选择从商户平台下载的 pub_key.pem',
  },
}

/** What is wrong with keys, from the sentence in English. */
export function wrongKey(fault: string): WrongField {
  return ofKeys[fault] ?? { name: 'files', text: '私钥或证书的内容不完整：请重新下载后再上传' }
}

/** Words for an APIv3 key of the wrong length, of which nothing but the length is told. */
export function wrongLength(length: number): WrongField {
  const text = `APIv3 密钥必须正好 32 位，只能是字母和数字（现在是 ${length} 位）：请核对，不要填旧的 API 密钥（v2）`
  return { name: 'api_v3_key', text }
}

const ofProof: Record<KeyFault, (mchid: string, said: string) => WrongField> = {
  number_unknown: (mchid) => ({ name: 'mchid', text: `微信说没有商户号 ${mchid}：请核对商户号` }),
  serial_wrong: (mchid) => ({
    name: 'files',
    text: `微信不认识这张证书：它可能已作废，或不是商户号 ${mchid} 的。请在「${where}」核对证书序列号，下载有效的证书`,
  }),
  certificate_ended: () => ({ name: 'files', text: `微信说证书已过期：请在「${where}」申请新的 API 证书` }),
  clock: () => ({
    name: '',
    text: '服务器的时间与微信相差 5 分钟以上：请管理服务器的人打开网络对时（NTP），再测试',
  }),
  signature: () => ({
    name: 'files',
    text: '微信验不过签名：私钥与证书序列号不是同一张证书的。请选择同一个压缩包里的文件',
  }),
  api_v3_key_unset: (mchid) => ({ name: 'api_v3_key', text: `商户号 ${mchid} 在微信还没有 APIv3 密钥：${setKey}` }),
  api_v3_key: () => ({
    name: 'api_v3_key',
    text: `APIv3 密钥不对，解不开微信的平台证书：可能填成了旧的 API 密钥（v2），或密钥已被重置。${setKey}`,
  }),
  no_certificates: (mchid) => ({
    name: 'public_key_id',
    text: `商户号 ${mchid} 用微信支付公钥验签，没有平台证书：请在「${where}」下载公钥，和公钥 ID 一起填写`,
  }),
  unverified: () => ({
    name: 'public_key_id',
    text: '微信的回答验不过：请核对公钥 ID 和公钥文件，它们必须属于这个商户号；也请检查服务器的时间',
  }),
  unsigned: (_, said) => ({
    name: 'public_key_id',
    text: `微信的回答没有签名，无法验证公钥（${said}）：请先在「商户平台 · 产品中心」开通代金券，再测试`,
  }),
  refused: (_, said) => ({ name: '', text: `微信拒绝了测试请求：${said}。请按微信的说明处理后再测试` }),
  unreachable: (_, said) => ({ name: '', text: `现在问不到微信支付（${said}），没有测试成：请稍后再试` }),
}

/** Why WeChat did not accept keys, and what to do. */
export function wrongProof(fault: KeyFault, { mchid, said }: { mchid: string; said: string }): WrongField {
  return ofProof[fault](mchid, said)
}
