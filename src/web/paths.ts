/** Every address of this release, as the router matches it (README.md "Addresses"). */
export const paths = {
  campaign: '/m/:merchant/c/:campaign',
  claims: '/m/:merchant/c/:campaign/claims',
  claimsResume: '/m/:merchant/c/:campaign/claims/resume',
  grant: '/m/:merchant/grants/:grant',
  coupons: '/m/:merchant/coupons',
  cardOpened: '/m/:merchant/card-opened',
  paid: '/m/:merchant/paid',
  oauthCallback: '/oauth/:merchant/callback',
  domainVerification: '/MP_verify_:name.txt',
  officialAccountPush: '/notify/:merchant/oa',
  payNotification: '/notify/:merchant/pay/:mchid',
  events: '/api/:merchant/events',
  asset: '/assets/:file',
  healthz: '/healthz',
  readyz: '/readyz',
  metrics: '/metrics',
} as const
