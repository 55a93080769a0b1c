import { sentences as english } from './en/sentences';
import type { Language } from './language';
import { sentences as russian } from './ru/sentences';

/** The sentences of the server in one language: a text each, or a function of what is inserted. */
export type Sentences = typeof english;

/** A sentence in no language yet: its key in the catalogue, with what is inserted, if anything is. */
export type Sentence = {
  [Key in keyof Sentences]: Sentences[Key] extends (...inserted: infer Inserted) => string
    ? readonly [Key, ...Inserted]
    : Key;
}[keyof Sentences];

/** A sentence that says when to try again, in s. */
export type WaitSentence = Extract<keyof Sentences, `tooMany${string}` | `signIns${string}`> &
  {
    [Key in keyof Sentences]: Sentences[Key] extends (wait: number) => string ? Key : never;
  }[keyof Sentences];

/** The sentences in each language; `Sentences` makes the compiler refuse one that lacks a sentence. */
const SENTENCES: Readonly<Record<Language, Sentences>> = { en: english, ru: russian };

/** Returns a sentence in a language. */
export function inLanguage(sentence: Sentence, language: Language): string {
  const [key, ...inserted] = typeof sentence === 'string' ? [sentence] : sentence;
  const words = SENTENCES[language][key] as string | ((...inserted: readonly unknown[]) => string);
  return typeof words === 'string' ? words : words(...inserted);
}

/** Writes a sentence as the message of an issue of zod, which can only be a text. */
export function issue(sentence: Sentence): string {
  return JSON.stringify(sentence);
}

/** Reads the sentence of an {@link issue}; undefined if zod has used a message of its own, which is in English. */
export function sentenceOfIssue(message: string): Sentence | undefined {
  return message.startsWith('"') || message.startsWith('["') ? (JSON.parse(message) as Sentence) : undefined;
}
