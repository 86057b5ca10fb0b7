// The receipt within WeChat's page after a payment. It runs before anything else of the page is there.
;(() => {
  const { style, height, frames } = document.currentScript.dataset
  const origins = frames.split(' ')
  const outer = origins.find((origin) => window.location.ancestorOrigins?.contains(origin)) ?? origins[0]
  const isFramed = window.parent !== window
  const say = (message) => isFramed && window.parent.postMessage(JSON.stringify(message), outer)

  const size = style === 'SHOW_CUSTOM_PAGE' && { height: Number(height) }
  say({ action: 'onIframeReady', displayStyle: style, ...size })

  // Only a real tap may leave the page.
  document.addEventListener('click', (event) => {
    const button = event.isTrusted && event.target.closest('[data-jump]')
    if (button) say({ action: 'jumpOut', jumpOutUrl: button.dataset.jump })
  })

  // Some links are said to be told their order by a message instead of the address.
  window.addEventListener('message', ({ origin, source, data }) => {
    if (origin !== outer || source !== window.parent || /[?&]out_trade_no=/.test(window.location.search)) return
    const told = typeof data === 'string' ? read(data) : data
    const names = ['sub_mch_id', 'out_trade_no', 'check_code'].filter((name) => typeof told?.[name] === 'string')
    if (!names.includes('out_trade_no')) return
    const query = new URLSearchParams([...names.map((name) => [name, told[name]]), ['via', 'message']])
    window.location.replace(`${window.location.pathname}?${query}`)
  })

  function read(text) {
    try {
      return JSON.parse(text)
    } catch {
      return undefined
    }
  }
})()
