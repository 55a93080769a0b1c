import { WebSocket } from 'ws';

/** An export of `ws` that its types lack. */
const { Sender } = WebSocket as unknown as {
  Sender: { frame(payload: Buffer, options: { fin: boolean; opcode: number; readOnly: boolean }): Buffer[] };
};
/** The opcode of a text frame. */
const TEXT = 1;

/** Encodes texts as WebSocket frames (RFC 6455, section 5.2), for {@link writeFrames} or Engine.IO's `wsPreEncodedFrame`. */
export function textFrames(texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => Sender.frame(Buffer.from(text), { fin: true, opcode: TEXT, readOnly: true })),
  );
}
