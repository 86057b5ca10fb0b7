/** A push that is not what WeChat would send us. Its text quotes nothing of the message. */
export class MessageFault extends Error {}
