/** A file that is not what WeChat promises: nothing of it may be used. The message names the line where it can. */
export class UnreadableFile extends Error {}
