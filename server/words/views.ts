import { words as english, type ViewWords } from './en/views';
import type { Language } from './language';
import { words as russian } from './ru/views';

/** The words of the pages in each language; the type makes the compiler refuse one that lacks a word. */
export const VIEW_WORDS: Readonly<Record<Language, ViewWords>> = { en: english, ru: russian };
