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
        button.addEventListener('click', () => void open(button))
        button.hidden = false
      }
      for (const words of document.querySelectorAll('[data-wechat-without]')) words.hidden = true
    })
  }

  // Opens a component of WeChat with what our server gives for this one tap.
  async function open(button) {
    const { wechatInvoke, wechatAsk, wechatThen, csrf } = button.dataset
    const problem = document.querySelector('[data-wechat-problem]')
    problem.hidden = true
    button.disabled = true
    const answer = await fetch(wechatAsk, { method: 'POST', headers: { 'x-csrf-token': csrf } })
      .then((response) => (response.ok ? response.json() : undefined))
      .catch(() => undefined)
    button.disabled = false
    if (!answer) return void (problem.hidden = false)
    const input = { businessType: answer.business_type, queryString: answer.query_string }
    window.wx.invoke(wechatInvoke, input, (said) => {
      // Only a hint: what happened is heard by the server, which the next page asks.
      if (said.err_msg?.endsWith(':ok')) window.location.assign(wechatThen)
      else if (!said.err_msg?.endsWith(':cancel')) problem.hidden = false
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
