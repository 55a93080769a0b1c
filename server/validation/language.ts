import { z } from 'zod';
import { LANGUAGES, type Language } from '../words/language';
import { issue } from '../words/sentence';
import { check } from './messages';

const choice = z.object(
  { language: z.enum(LANGUAGES, issue(['languageUnknown', LANGUAGES.join(', ')])) },
  issue('languageExpected'),
);

/** Returns the language that somebody has chosen. @throws {Refusal} `bad_request` */
export const checkLanguage = (value: unknown): Language => check(choice, value).language;
