import { storeAsset } from '../shell/assets.ts'

/** The addresses of the files that the member's pages load. */
export const assets = {
  style: storeAsset('style.css', 'text/css; charset=utf-8'),
  sharePicture: storeAsset('share.png', 'image/png'),
  wechat: storeAsset('wechat.js', 'text/javascript; charset=utf-8'),
  receiptStyle: storeAsset('receipt.css', 'text/css; charset=utf-8'),
  receiptScript: storeAsset('receipt.js', 'text/javascript; charset=utf-8'),
  script: storeAsset('member.js', 'text/javascript; charset=utf-8'),
}
