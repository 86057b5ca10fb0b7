import { createPrivateKey, sign } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { answerMessage, makeNonce } from '../../src/wechat/pay/signature.ts'

/**
 * The parent process sends this, and the child answers with its address. The child ends when the parent disconnects.
 */
export type ServerKeys = {
  serial: string
  privateKey: string
  /** Each answer has a coupon number of its own, as WeChat's answers have, and is signed when it is requested. */
  ownNumbers?: boolean
}

/** Enough that no client gets the same answer twice in a row, few enough to be signed in a moment. */
const poolSize = 64

/**
 * A WeChat Pay that answers every call with a signed coupon number. If numbers may repeat, whole answers are signed
 * before the measurement and then only sent, so that the processor is free for the clients under test. Runs in a
 * process of its own.
 */
process.once('message', ({ serial, privateKey, ownNumbers }: ServerKeys) => {
  const sign = signer(serial, privateKey)
  const pool = Array.from({ length: poolSize }, (_, index) => sign(index))
  let next = 0
  const answer = ownNumbers ? () => sign(next++) : () => pool[next++ % poolSize]!
  const server = createServer((socket) => answerEach(socket, answer))
  server.listen(0, '127.0.0.1', () => process.send!(server.address()))
})
process.once('disconnect', () => process.exit())

/** Answers each complete request on a keep-alive connection; the clients never send the next one before the answer. */
function answerEach(socket: Socket, answer: () => Buffer): void {
  let received = ''
  socket.setNoDelay()
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
    const headEnd = received.indexOf('\r\n\r\n')
    if (headEnd < 0) return
    const bodyLength = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0)
    if (received.length < headEnd + 4 + bodyLength) return
    const close = /connection: close/i.test(received)
    received = ''
    socket.write(answer())
    if (close) socket.end()
  })
}

function signer(serial: string, privateKeyPem: string): (index: number) => Buffer {
  const key = createPrivateKey(privateKeyPem)
  return (index) => {
    const body = JSON.stringify({ coupon_id: String(9_867_041 + index) })
    const timestamp = Math.floor(Date.now() / 1000).toString()
    const nonce = makeNonce()
    const signature = sign('sha256', answerMessage(timestamp, nonce, Buffer.from(body)), key).toString('base64')
    const lines = [
      'HTTP/1.1 200 OK',
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${body.length}`,
      'Connection: keep-alive',
      'Request-ID: 08E7CA050A0B9C06-0',
      `Wechatpay-Timestamp: ${timestamp}`,
      `Wechatpay-Nonce: ${nonce}`,
      `Wechatpay-Serial: ${serial}`,
      `Wechatpay-Signature: ${signature}`,
      'Wechatpay-Signature-Type: WECHATPAY2-SHA256-RSA2048',
    ]
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
  }
}
