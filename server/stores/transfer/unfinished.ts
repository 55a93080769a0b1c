/** The setting that a database has while an import into it is unfinished: a server may not use it then. */
export const IMPORT_SETTING = 'import';

/** Why such a database is refused. */
export const UNFINISHED_IMPORT =
  'an import into it is unfinished. Run "parley import" again: it continues where it stopped.';
