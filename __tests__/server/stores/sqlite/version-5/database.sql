PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
INSERT INTO settings VALUES('epoch','c67o');
INSERT INTO settings VALUES('signing_key','sXM2B7q1HMMwfCKOze7yR4vdc3SbUjVEFETvnGbmWec');
CREATE TABLE rooms (
    name TEXT PRIMARY KEY,
    head INTEGER NOT NULL,
    at INTEGER NOT NULL -- of the entry at the head
  ) STRICT, WITHOUT ROWID;
INSERT INTO rooms VALUES('lobby',9,1795803134379);
INSERT INTO rooms VALUES('weekend',1,1795803134381);
CREATE TABLE visitors (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL
  , skeleton TEXT, role TEXT NOT NULL DEFAULT 'guest', password TEXT, muted_until INTEGER NOT NULL DEFAULT 0, banned_until INTEGER NOT NULL DEFAULT 0, seen INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
INSERT INTO visitors VALUES('_YuFtyN1CBGe','Маша','rnawa','guest',NULL,0,0,1795803134345);
INSERT INTO visitors VALUES('a82chFuUPcI4','Olga','olga','owner','$scrypt$ln=15,r=8,p=3$179pxR9xKOb0NtHdxpWCCQ$Nh08Tq0y5n--ozF5v-rGax8y-VuF5WvqKT_rARtawRs',0,0,1795803134144);
CREATE TABLE contacts (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    phone TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
INSERT INTO contacts VALUES('e797218c-6b17-4f78-8af8-c6004c78535e','Masha','+79123456789');
CREATE TABLE passkeys (
    id TEXT PRIMARY KEY, -- WebAuthn's, base64url
    visitor TEXT NOT NULL,
    public_key TEXT NOT NULL, -- COSE, base64url
    counter INTEGER NOT NULL,
    transports TEXT NOT NULL, -- JSON
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
CREATE TABLE grants (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL, -- session, token
    hash TEXT NOT NULL UNIQUE, -- of the secret that its bearer has
    visitor TEXT NOT NULL,
    label TEXT NOT NULL,
    at INTEGER NOT NULL,
    used INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
INSERT INTO grants VALUES('2K0KI8Zafgo7','token','7-rYYGk6quFPPBu8BdqktJA9B-r_j6tqcR6T7OfvUrc','a82chFuUPcI4','backup',1795803134338,1795803134338);
INSERT INTO grants VALUES('K__eDIvXVwBK','session','J_PKFH34wI0mlL7BTdEf8CjoJBbFaMcbVNbIBMR_ufM','a82chFuUPcI4','node',1795803134150,1795803134150);
CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE, -- of the secret in the link
    role TEXT NOT NULL, -- that it gives
    uses INTEGER NOT NULL,
    used INTEGER NOT NULL DEFAULT 0,
    until INTEGER NOT NULL,
    visitor TEXT NOT NULL, -- who made it
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
INSERT INTO invitations VALUES('dQmU8ZGc4VL9','EiqYo97ooXfiCo9RGhnklSbD4RBOEmJdwPJyy8Y1UgE','member',5,0,1795889534391,'a82chFuUPcI4',1795803134391);
INSERT INTO invitations VALUES('k4x-o_a0G58e','QMvVioMlLeSZhhAUgDnlkQdjbRMGVu8y3BP-lnyEgLI','owner',1,1,1796062333564,'',1795803133564);
CREATE TABLE banned_addresses (
    address TEXT PRIMARY KEY,
    until INTEGER NOT NULL,
    visitor TEXT NOT NULL -- with whom it was banned
  ) STRICT, WITHOUT ROWID;
CREATE TABLE room_rules (
    room TEXT PRIMARY KEY,
    locked INTEGER NOT NULL,
    slow INTEGER NOT NULL -- s
  ) STRICT, WITHOUT ROWID;
INSERT INTO room_rules VALUES('weekend',0,30);
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    visitor TEXT NOT NULL, -- who did it
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    detail TEXT NOT NULL
  ) STRICT;
INSERT INTO audit VALUES(1,1795803133564,'','invite','k4x-o_a0G58e','owner, 1 times');
INSERT INTO audit VALUES(2,1795803134134,'a82chFuUPcI4','redeem_invitation','k4x-o_a0G58e','owner');
INSERT INTO audit VALUES(3,1795803134376,'_YuFtyN1CBGe','delete_message','c0ffee00-0000-4000-8000-000000000004','#lobby, Маша');
INSERT INTO audit VALUES(4,1795803134379,'a82chFuUPcI4','delete_message','c0ffee00-0000-4000-8000-000000000005','#lobby, Маша');
INSERT INTO audit VALUES(5,1795803134391,'a82chFuUPcI4','invite','dQmU8ZGc4VL9','member, 5 times');
INSERT INTO audit VALUES(6,1795803134395,'a82chFuUPcI4','mute','_YuFtyN1CBGe','10 min');
INSERT INTO audit VALUES(7,1795803134397,'a82chFuUPcI4','unmute','_YuFtyN1CBGe','');
INSERT INTO audit VALUES(8,1795803134400,'a82chFuUPcI4','set_room','weekend','open, 30 s');
CREATE TABLE IF NOT EXISTS "entries" (
    position INTEGER PRIMARY KEY,
    room TEXT NOT NULL,
    seq INTEGER NOT NULL,
    type TEXT NOT NULL, -- new_message, delete_message, deleted: no longer than the first, so that no row grows
    id TEXT NOT NULL,
    visitor TEXT NOT NULL,
    username TEXT NOT NULL,
    body TEXT NOT NULL,
    at INTEGER NOT NULL -- ms since 1970, UTC
  ) STRICT;
INSERT INTO entries VALUES(1,'lobby',1,'new_message','c0ffee00-0000-4000-8000-000000000000','_YuFtyN1CBGe','Маша','Hello',1795803134351);
INSERT INTO entries VALUES(2,'lobby',2,'new_message','c0ffee00-0000-4000-8000-000000000001','_YuFtyN1CBGe','Маша',replace(replace('two\nlines\r\n	and a tab','\r',char(13)),'\n',char(10)),1795803134355);
INSERT INTO entries VALUES(3,'lobby',3,'new_message','c0ffee00-0000-4000-8000-000000000002','_YuFtyN1CBGe','Маша','quotes " \ / '' and {"message":"x"}',1795803134359);
INSERT INTO entries VALUES(4,'lobby',4,'new_message','c0ffee00-0000-4000-8000-000000000003','_YuFtyN1CBGe','Маша','😀 Ünïcödé     ? ​ end',1795803134363);
INSERT INTO entries VALUES(5,'lobby',5,'deleted','c0ffee00-0000-4000-8000-000000000004','_YuFtyN1CBGe','Маша','',1795803134366);
INSERT INTO entries VALUES(6,'lobby',6,'deleted','c0ffee00-0000-4000-8000-000000000005','_YuFtyN1CBGe','Маша','',1795803134369);
INSERT INTO entries VALUES(7,'lobby',7,'new_message','c0ffee00-0000-4000-8000-000000000006','_YuFtyN1CBGe','Маша',' spaces ',1795803134372);
INSERT INTO entries VALUES(8,'lobby',8,'delete_message','fe35670f-651e-44d8-b2fa-1b7114c33fc0','_YuFtyN1CBGe','Маша','c0ffee00-0000-4000-8000-000000000004',1795803134376);
INSERT INTO entries VALUES(9,'lobby',9,'delete_message','fd6e59c6-ba4c-40a9-9eaf-fd83a63030f3','a82chFuUPcI4','Olga','c0ffee00-0000-4000-8000-000000000005',1795803134379);
INSERT INTO entries VALUES(10,'weekend',1,'new_message','5fc359f8-07f7-44f9-bc97-8788643bf4d6','a82chFuUPcI4','Olga','Elsewhere',1795803134381);
CREATE TABLE commits (count INTEGER NOT NULL) STRICT;
INSERT INTO commits VALUES(21);
CREATE TABLE spent_challenges (
    challenge TEXT PRIMARY KEY, -- base64url
    until INTEGER NOT NULL -- it expires by itself, ms since 1970
  ) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX visitors_by_skeleton ON visitors (skeleton) WHERE skeleton IS NOT NULL;
CREATE INDEX passkeys_by_visitor ON passkeys (visitor);
CREATE INDEX grants_by_visitor ON grants (visitor);
CREATE UNIQUE INDEX entries_by_seq ON entries (room, seq);
CREATE UNIQUE INDEX entries_by_id ON entries (room, id);
CREATE INDEX messages ON entries (room, seq) WHERE type = 'new_message';
PRAGMA user_version = 5;
COMMIT;
