/**
 * The addresses to which a member is led, relative to the host. The schema ensures that slugs and ids are plain ASCII.
 */
export const urls = {
  campaign: (merchant: string, campaign: string) => `/m/${merchant}/c/${campaign}`,
  claims: (merchant: string, campaign: string) => `/m/${merchant}/c/${campaign}/claims`,
  claimsResume: (merchant: string, campaign: string) => `/m/${merchant}/c/${campaign}/claims/resume`,
  grant: (merchant: string, grant: string) => `/m/${merchant}/grants/${grant}`,
  cardToken: (merchant: string, card: string) => `/m/${merchant}/card/${card}/token`,
  cardOpened: (merchant: string, card: string) => `/m/${merchant}/card/${card}/opened`,
  coupons: (merchant: string) => `/m/${merchant}/coupons`,
}
