/** The card side of WeChat's Official Account API: whose card a code is. */
export type OfficialAccount = {
  /** Member by card code. */
  cards: Map<string, { openid: string; active: boolean }>
  answer(path: string, body: Record<string, unknown>): object
}

export function openOfficialAccount(): OfficialAccount {
  const cards: OfficialAccount['cards'] = new Map()
  return {
    cards,
    answer(path, body) {
      if (path.endsWith('/stable_token')) return { access_token: 'token', expires_in: 7_200 }
      const card = cards.get(String(body.code ?? body.encrypt_code))
      if (path.endsWith('/code/decrypt')) return card ? { errcode: 0, code: body.encrypt_code } : { errcode: 40056 }
      if (!card) return { errcode: 40056, errmsg: 'invalid serial code' }
      if (path.endsWith('/activate')) {
        card.active = true
        return { errcode: 0, errmsg: 'ok' }
      }
      return { errcode: 0, openid: card.openid, user_card_status: 'NORMAL', has_active: card.active }
    },
  }
}
