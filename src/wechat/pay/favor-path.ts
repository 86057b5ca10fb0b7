/** Below this are all calls of cash coupons (docs/wechat/pay-v3.md 2.0). */
export const favor = '/v3/marketing/favor'
