/**
 * A single pictograph (UTS #51, section 1.4.6). Characters with text presentation by default, such as ©, count only
 * with U+FE0F or a skin tone.
 */
const PICTURE =
  /(?:(?!\p{Regional_Indicator})\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|\p{Emoji_Modifier_Base}\p{Emoji_Modifier})/u;
const JOINED = /\u200D\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?/u;
/** An emoji (UTS #51, section 1.4.9): a flag, a keycap, or a sequence of pictographs. */
const EMOJI = [
  /\p{Regional_Indicator}{2}/u,
  /[0-9#*]\uFE0F?\u20E3/u,
  // Tags after a black flag make it the flag of a region.
  new RegExp(`${PICTURE.source}\\p{Emoji_Modifier}?[\\u{E0020}-\\u{E007F}]*(?:${JOINED.source})*`, 'u'),
];
const FEW_EMOJI = new RegExp(`^\\s*(?:(?:${EMOJI.map(({ source }) => source).join('|')})\\s*){1,3}$`, 'u');

/** Whether a text consists of one to three emoji. */
export function isFewEmoji(text: string): boolean {
  return FEW_EMOJI.test(text);
}
