/** A push that WeChat would not send us. The error's text quotes nothing of the message. */
export class MessageFault extends Error {}
