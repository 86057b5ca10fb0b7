// What WeChat's browser offers beyond a page: a share card, no sharing of personal pages, closing the window, WeChat's own
// components. It is loaded when the page is there, and every page works the same without it.
;(() => {
  const page = document.querySelector('script[data-wechat]')
  const { wechat, sdk, share } = page.dataset
  const [appId, timestamp, nonceStr, signature] = wechat.split('.')
  const cards = share ? ['updateAppMessageShareData', 'updateTimelineShareData'] : ['hideMenuItems']
  const invoking = [...document.querySelectorAll('[data-wechat-invoke]')]
  const invoked = invoking.map((element) => element.dataset.wechatInvoke)

  // Known to work; of the others nobody is sure, and an unknown one may spoil a list.
  const sharing = ['appMessage', 'timeline', 'qq', 'QZone'].map((name) => `menuItem:share:${name}`)
  const copying = ['copyUrl', 'openWithSafari', 'openWithQQBrowser'].map((name) => `menuItem:${name}`)

  function begin() {
    const { wx } = window
    if (!wx) return
    const jsApiList = [...cards, ...invoked, 'closeWindow']
    wx.config({ debug: false, appId, timestamp: Number(timestamp), nonceStr, signature, jsApiList })
    wx.ready(() => {
      if (share) for (const name of cards) wx[name](JSON.parse(share))
      else for (const menuList of [sharing, copying]) wx.hideMenuItems({ menuList })
      for (const button of document.querySelectorAll('[data-wechat-close]')) {
        button.addEventListener('click', () => wx.closeWindow())
        button.hidden = false
      }
      for (const button of invoking) {
        const { wechatInvoke, wechatWith } = button.dataset
        // The answer is only a hint: what happened is heard by the server.
        button.addEventListener('click', () => wx.invoke(wechatInvoke, JSON.parse(wechatWith), () => {}))
        button.hidden = false
      }
    })
  }

  function load(address, otherwise) {
    const script = document.createElement('script')
    script.src = address
    script.nonce = page.nonce
    script.addEventListener('load', begin)
    if (otherwise) script.addEventListener('error', () => load(otherwise))
    document.head.append(script)
  }

  load(sdk, sdk.includes('//res.wx.qq.com/') && sdk.replace('//res.', '//res2.'))
})()
