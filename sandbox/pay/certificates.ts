import { Secret } from '../../src/plumbing/secrets/secret.ts'
import { sealResource } from '../../src/wechat/pay/resource.ts'
import { wechatTime } from '../wechat-time.ts'
import { ok, refuse, type PayHandler } from './pay-call.ts'
import { refusals } from './refusals.ts'

/** GET /v3/certificates; merchants in public-key mode have none and get 404 (docs/wechat/pay-v3.md 1.6). */
export const listCertificates: PayHandler = {
  handle({ state, account }) {
    if (account.keyMode === 'public_key') return refuse(refusals.no_certificates)
    return ok({
      data: state.world.platform.certificates.map((each) => ({
        serial_no: each.serialNo,
        effective_time: wechatTime(each.beginsAt),
        expire_time: wechatTime(each.endsAt),
        encrypt_certificate: sealResource(new Secret(account.apiV3Key), each.certificate, 'certificate'),
      })),
    })
  },
}
