// Plays WeChat's page script: checks the signature as WeChat's client does, and shows its menu in a corner of the page.
;(() => {
  const me = document.currentScript
  const host = new URL(me.src).origin
  const menu = { cards: {}, hidden: [] }
  const waiting = []

  window.sandboxWx = (holds) => {
    if (holds) for (const act of waiting) act()
    draw(holds)
  }

  window.wx = {
    config({ appId, timestamp, nonceStr, signature }) {
      const url = window.location.href.split('#')[0]
      const script = document.createElement('script')
      script.src = `${host}/sandbox/js-config?${new URLSearchParams({ appId, timestamp, nonceStr, signature, url })}`
      script.nonce = me.nonce
      document.head.append(script)
    },
    ready: (act) => waiting.push(act),
    updateAppMessageShareData: (card) => (menu.cards.chat = card),
    updateTimelineShareData: (card) => (menu.cards.timeline = card),
    hideMenuItems: ({ menuList }) => menu.hidden.push(...menuList),
    closeWindow: () => window.location.assign(`${host}/`),
    invoke: (name, { businessType, queryString }, done) => {
      const isCard = name === 'openBusinessView' && businessType === 'wxpayCardMember'
      if (!isCard) return done({ err_msg: `${name}:fail` })
      if (!window.confirm('微信：开通这家商户的会员卡？')) return done({ err_msg: `${name}:cancel` })
      window.sandboxJoined = (taken) => done({ err_msg: `${name}:${taken ? 'ok' : 'fail'}` })
      const script = document.createElement('script')
      script.src = `${host}/sandbox/join-card?${queryString}`
      script.nonce = me.nonce
      document.head.append(script)
    },
  }

  function draw(holds) {
    const box = document.createElement('details')
    Object.assign(box.style, {
      position: 'fixed',
      top: '8px',
      right: '8px',
      maxWidth: '280px',
      background: '#fff',
      color: '#191919',
      padding: '4px 12px',
      borderRadius: '12px',
      boxShadow: '0 1px 6px rgb(0 0 0 / 30%)',
      fontSize: '14px',
      zIndex: '9',
    })
    const title = document.createElement('summary')
    title.textContent = '微信菜单 ⋯'
    const { chat } = menu.cards
    const lines = !holds
      ? ['config:invalid signature：页面签名不对，微信的菜单保持原样']
      : chat
        ? [`发送给朋友：${chat.title}`, chat.desc, chat.link]
        : menu.hidden.includes('menuItem:share:appMessage')
          ? ['这一页不能分享给别人']
          : ['菜单保持原样']
    box.append(title, ...lines.map((line) => Object.assign(document.createElement('p'), { textContent: line })))
    if (chat) box.append(Object.assign(document.createElement('img'), { src: chat.imgUrl, width: 60, alt: '' }))
    document.body.append(box)
  }
})()
