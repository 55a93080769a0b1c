import type { ViewWords } from '../en/views';
import { words as page } from './page';

const plurals = new Intl.PluralRules('ru');
const numbers = new Intl.NumberFormat('ru');
const plural = (count: number, one: string, few: string, many: string): string =>
  `${numbers.format(count)}\u00a0${{ one, few, many, other: few, zero: many, two: few }[plurals.select(count)]}`;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;
/** @param minute the accusative of one minute differs from its nominative; the other units have one form for both. */
const durationWith = (seconds: number, minute: string): string => {
  if (seconds % YEAR === 0) return plural(seconds / YEAR, 'год', 'года', 'лет');
  if (seconds % DAY === 0) return plural(seconds / DAY, 'день', 'дня', 'дней');
  if (seconds % HOUR === 0) return plural(seconds / HOUR, 'час', 'часа', 'часов');
  if (seconds % MINUTE === 0) return plural(seconds / MINUTE, minute, 'минуты', 'минут');
  return page.seconds(seconds);
};
const roles = { guest: 'Гость', member: 'Участник', moderator: 'Модератор', owner: 'Владелец' };
type Role = keyof typeof roles;
const invitees = (role: Role, uses: number): string =>
  uses > 1
    ? plural(uses, ...INVITEES[role])
    : { guest: 'гостя', member: 'участника', moderator: 'модератора', owner: 'владельца' }[role];
/** The genitive, after a number. */
const INVITEES: Record<Role, [string, string, string]> = {
  guest: ['гостя', 'гостей', 'гостей'],
  member: ['участника', 'участников', 'участников'],
  moderator: ['модератора', 'модераторов', 'модераторов'],
  owner: ['владельца', 'владельцев', 'владельцев'],
};

export const words: ViewWords = {
  ...page,
  direction: 'ltr',

  backTo: (room) => `Назад в\u00a0#${room}`,
  choose: 'Язык',
  close: 'Закрыть',
  copy: 'Скопировать',
  done: 'Готово',
  duration: (seconds) => durationWith(seconds, 'минута'),
  goToChat: 'Перейти в\u00a0чат',
  name: 'Имя',
  password: 'Пароль',
  permanently: 'навсегда',
  role: 'Роль',
  roles,
  save: 'Сохранить',
  signIn: 'Войти',
  until: (timeHtml) => `до\u00a0${timeHtml}`,
  you: 'вы',
  yourAccount: 'Ваша учётная запись',

  add: 'Добавить',
  automatic: 'Автоматически',
  connectOver: 'Способ связи',
  contactName: 'Имя контакта',
  contacts: 'Контакты',
  createAccountOrSignIn: 'Создать учётную запись или войти',
  discard: 'Удалить',
  enterHint: 'Enter\u00a0— отправить, Shift+Enter\u00a0— новая строка',
  inThisRoom: 'В\u00a0этой комнате',
  message: 'Сообщение',
  messageActions: 'Действия с\u00a0сообщением',
  messageTo: (room) => `Сообщение в\u00a0#${room}`,
  messagesIn: (room) => `Сообщения в\u00a0#${room}`,
  moderation: 'Модерация',
  newWithin: 'Новые сообщения появятся в\u00a0течение 20\u00a0секунд.',
  noContacts: 'Контактов пока нет. Добавленные вами увидят все на этом сервере.',
  off: 'Нет',
  onlyModeratorsWrite: 'Пишут только модераторы',
  peopleAndContacts: 'Люди и\u00a0контакты',
  phone: 'Телефон',
  quiet: 'Здесь пока тихо.',
  retry: 'Повторить',
  roomSettings: 'Настройки комнаты',
  sayHello: 'Поздоровайтесь.',
  send: 'Отправить',
  slowModeLabel: 'Медленный режим',
  tryAgain: 'Попробовать снова',
  tryNow: 'Подключиться',
  writeMessage: 'Написать сообщение',

  alsoBanIp: 'И\u00a0с\u00a0IP-адреса тоже (не дольше чем на 1\u00a0день)',
  ban: 'Закрыть доступ',
  banLabel: 'Блокировка: чат будет недоступен',
  forDuration: (seconds) => `на\u00a0${durationWith(seconds, 'минуту')}`,
  mute: 'Запретить писать',
  muteLabel: 'Молчание: можно только читать',

  accountHolder: 'С\u00a0учётной записью',
  accountNeedsScripts: 'Чтобы войти или изменить учётную запись, нужен JavaScript.',
  accountPitch:
    'Учётная запись сохраняет за вами имя и\u00a0позволяет входить из других браузеров. Почта не нужна.',
  addPasskey: 'Добавить ключ доступа',
  addPassword: 'Добавить пароль',
  changePassword: 'Сменить пароль',
  chooseName: 'Выберите имя',
  chooseNamePitch: 'Имена здесь не повторяются. Затем имя можно защитить ключом доступа или паролем.',
  createAccount: 'Создать учётную запись',
  createPasskey: 'Создать ключ доступа',
  createPassword: 'Создать пароль',
  createToken: 'Создать токен',
  createdOn: (dateHtml) => `создан ${dateHtml}`,
  createdAndUsed: (createdHtml, usedHtml) => `создан ${createdHtml}, использован ${usedHtml}`,
  copyToken: 'Скопируйте токен сейчас: больше он не появится.',
  currentPassword: 'Текущий пароль',
  haveAccount: 'Если у\u00a0вас уже есть учётная запись.',
  lastUsed: (dateHtml) => `использован ${dateHtml}`,
  newPassword: 'Новый пароль',
  noPasskeyHere: 'Для браузеров, в\u00a0которых нет вашего ключа доступа.',
  onlyInvited: 'Этот чат\u00a0— только для тех, у\u00a0кого есть учётная запись или приглашение.',
  or: 'или',
  passkey: 'Ключ доступа',
  passkeyHere: 'Входите на этом устройстве по отпечатку, лицу или ПИН-коду.',
  passkeyPitch: 'Входите по отпечатку, лицу или ПИН-коду. Пароль помнить не нужно.',
  passkeys: 'Ключи доступа',
  passwordRules: 'Не меньше 8\u00a0символов. Забытый пароль восстановить нельзя.',
  remove: 'Удалить',
  removePasskey: (date) => `Удалить ключ доступа, созданный ${date}`,
  revoke: 'Отозвать',
  revokeToken: (label) => `Отозвать «${label}»`,
  saveName: 'Сохранить имя',
  signInNeedsScripts: 'Чтобы войти, нужен JavaScript.',
  signInWithPasskey: 'Войти с\u00a0ключом доступа',
  signOut: 'Выйти',
  signOutBrowser: (label) => `Завершить сеанс: ${label}`,
  signOutOthers: 'Выйти во всех остальных браузерах',
  signedInBrowsers: 'Открытые сеансы',
  thisBrowser: 'этот браузер',
  tokenExample: 'Скрипт копий',
  tokenName: 'Название токена',
  tokenPitch: (headerHtml) =>
    `Скрипт, который отправляет токен в\u00a0виде ${headerHtml}, действует от вашего имени.`,
  tokens: 'Токены',
  tokensStay: 'Токены действуют, пока вы их не отзовёте.',

  acceptInvitation: 'Присоединиться',
  alreadyHaveAccount: (link) =>
    `Уже есть учётная запись? Сначала ${link('войдите')}, затем откройте ссылку снова.`,
  copyInvitation: 'Скопируйте ссылку-приглашение сейчас: больше она не появится.',
  createLink: 'Создать ссылку',
  expired: 'Истекла',
  expiresAfter: 'Срок действия',
  invitationLinks: 'Ссылки-приглашения',
  invitationFor: (role, uses) => `Для ${invitees(role, uses)}`,
  invited: 'Вас приглашают',
  invitePeople: 'Пригласить людей',
  maximumUses: 'Сколько раз',
  pasteInvitation: 'Вставьте ссылку-приглашение',
  pastLinks: 'Прежние ссылки',
  revoked: 'Отозвана',
  revokeInvitation: (role, uses) => `Отозвать ссылку для ${invitees(role, uses)}`,
  usedOf: (used, uses) => `использована ${numbers.format(used)} из ${numbers.format(uses)}`,
  usedUp: 'Использована',
  valid: (untilHtml) => `действует ${untilHtml}`,

  auditLog: 'Журнал действий',
  audited: (actorHtml, actionHtml) => `${actorHtml}\u00a0— ${actionHtml}`,
  banned: (untilHtml) => `Доступ закрыт ${untilHtml}`,
  moderationNeedsScripts: 'Чтобы что-то изменить, нужен JavaScript.',
  moderationPitch:
    'Все, у\u00a0кого есть роль, запрет писать или закрыт доступ. Чтобы ограничить кого-то ещё, откройте меню «…» у\u00a0его сообщения.',
  mutedUntil: (untilHtml) => `Писать запрещено ${untilHtml}`,
  noEntries: 'Записей пока нет.',
  people: 'Люди',
  roleOf: (name) => `Роль: ${name}`,
  unban: 'Открыть доступ',
  unbanPerson: (name) => `Открыть доступ: ${name}`,
  unmute: 'Разрешить писать',
  unmutePerson: (name) => `Разрешить писать: ${name}`,
};
