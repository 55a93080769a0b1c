/**
 * One emoji (UTS #51, sections 1.4.6 and 2.7): a flag, a keycap, or a picture with what may follow it. Characters that
 * are text by default, such as ©, are pictures only with U+FE0F or a skin tone.
 */
const PICTURE =
  /(?:(?!\p{Regional_Indicator})\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|\p{Emoji_Modifier_Base}\p{Emoji_Modifier})/u;
const JOINED = /\u200D\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?/u;
const EMOJI = [
  /\p{Regional_Indicator}{2}/u,
  /[0-9#*]\uFE0F?\u20E3/u,
  // A black flag with tags is the flag of a region.
  new RegExp(`${PICTURE.source}\\p{Emoji_Modifier}?[\\u{E0020}-\\u{E007F}]*(?:${JOINED.source})*`, 'u'),
];
const FEW_EMOJI = new RegExp(`^\\s*(?:(?:${EMOJI.map(({ source }) => source).join('|')})\\s*){1,3}$`, 'u');

/** Returns whether a text is one to three emoji and nothing else. */
export function isFewEmoji(text: string): boolean {
  return FEW_EMOJI.test(text);
}
