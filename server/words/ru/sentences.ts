import type { Sentences } from '../sentence';

const time = new Intl.DateTimeFormat('ru', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
const numbers = new Intl.NumberFormat('ru');
const plurals = new Intl.PluralRules('ru');

const plural = (count: number, one: string, few: string, many: string): string =>
  `${numbers.format(count)}\u00a0${{ one, few, many, other: few, zero: many, two: few }[plurals.select(count)]}`;
const expiry = (until: number | undefined): string =>
  until === undefined ? '' : ` до\u00a0${time.format(until)} UTC`;
const duration = (minutes: number | undefined): string => {
  if (minutes === undefined) return 'навсегда';
  if (minutes % (24 * 60) === 0) return `на\u00a0${plural(minutes / (24 * 60), 'день', 'дня', 'дней')}`;
  if (minutes % 60 === 0) return `на\u00a0${plural(minutes / 60, 'час', 'часа', 'часов')}`;
  return `на\u00a0${plural(minutes, 'минуту', 'минуты', 'минут')}`;
};
const retry = (wait: number): string => `Повторите через ${numbers.format(wait)}\u00a0с.`;
const upTo = (max: number): string => `не длиннее ${plural(max, 'символа', 'символов', 'символов')}`;
const roles = { guest: 'гость', member: 'участник', moderator: 'модератор', owner: 'владелец' };

export const sentences: Sentences = {
  accountRequired: 'Этот чат\u00a0— только для тех, у кого есть учётная запись. Войдите.',
  addressBanned: (until) => `С\u00a0вашего адреса доступ к\u00a0чату закрыт${expiry(until)}.`,
  banned: (until) => `Доступ к\u00a0этому чату для вас закрыт${expiry(until)}.`,
  creatorRequired: 'Это может сделать только создатель комнаты.',
  deletionInPrivateRoom: 'Здесь сообщение может удалить только его автор или создатель комнаты.',
  directIsFixed: 'В\u00a0личной переписке остаются те, с\u00a0кем она начата. Начните другую.',
  foreignOrigin: 'Страницам с\u00a0этого адреса нельзя обращаться к\u00a0этому серверу.',
  invitationRequired: 'В\u00a0этот чат входят по приглашению. Откройте ссылку-приглашение или войдите.',
  joinFirst: 'Вы не состоите в\u00a0этой комнате. Сначала войдите в\u00a0неё.',
  joinThemselves: 'В\u00a0публичные комнаты каждый входит сам.',
  moderatorRequired: 'Это может сделать только модератор.',
  muted: 'Модератор запретил вам писать. Читать можно.',
  outranked: (name) => `С\u00a0участником ${name} так поступить нельзя: его роль не ниже вашей.`,
  ownerRequired: 'Это может сделать только владелец.',
  ownRole: 'Свою роль изменить нельзя. Попросите другого владельца.',
  removalByCreator: 'Исключить из приватной комнаты может только её создатель.',
  rolesChanged: 'Роли изменились. Попробуйте снова.',
  roomArchived: 'Комната в\u00a0архиве: её можно только читать.',
  roomLocked: 'Комната закрыта: писать могут только модераторы.',
  roomMissing: 'Такой комнаты нет, или вы в\u00a0ней не состоите.',
  rulesOfPrivateRoom: 'Правила есть только у\u00a0публичных комнат.',
  signedOut: 'Сеанс завершён. Войдите снова.',
  tokenUnknown: 'Такого токена нет, или он отозван. Создайте другой.',

  connectionsFull: 'Отсюда открыто слишком много соединений. Закройте лишние и\u00a0попробуйте снова.',
  directFull: (max) =>
    `В\u00a0личной переписке не больше ${plural(max, 'человека', 'человек', 'человек')}. Создайте приватную комнату.`,
  membersFull: (max) =>
    `В\u00a0этой комнате уже ${plural(max, 'участник', 'участника', 'участников')}, больше нельзя.`,
  publicRoomsFull: (max) =>
    `Уже есть ${plural(max, 'публичная комната', 'публичные комнаты', 'публичных комнат')} с\u00a0названием, больше нельзя.`,
  roomsFull: (max) =>
    `Вы уже состоите в\u00a0${plural(max, 'комнате', 'комнатах', 'комнатах')}, больше нельзя. Сначала выйдите из лишней.`,
  roomsOfOthersFull:
    'Кто-то из них состоит в\u00a0слишком многих комнатах. Ему нужно сначала выйти из лишней.',
  signInsBusy: (wait) => `Слишком много людей входят одновременно. ${retry(wait)}`,
  signInsWaiting: (wait) => `С\u00a0вашего адреса ждут слишком много входов. ${retry(wait)}`,
  slowMode: (interval, wait) =>
    `В\u00a0комнате медленный режим: одно сообщение раз в\u00a0${numbers.format(interval)}\u00a0с. ${retry(wait)}`,
  tooManyContacts: (wait) => `Вы слишком часто меняете контакты. ${retry(wait)}`,
  tooManyMessages: (wait) => `Вы отправляете сообщения слишком часто. ${retry(wait)}`,
  tooManyNames: (wait) => `Вы слишком часто меняете имя. ${retry(wait)}`,
  tooManyPings: 'Слишком много ping и\u00a0pong.',
  tooManyProbes: (wait) => `Слишком много проверок. ${retry(wait)}`,
  tooManyReads: (wait) => `Вы отправляете слишком много запросов. ${retry(wait)}`,
  tooManyRefusals: (wait) => `Слишком много ваших запросов отклонено. ${retry(wait)}`,
  tooManyRoomChanges: (wait) => `Вы слишком часто меняете комнаты. ${retry(wait)}`,
  tooManySignIns: (wait) => `Слишком много попыток войти. ${retry(wait)}`,
  tooManyUnanswered: 'Слишком много запросов этого соединения ждут ответа.',

  busy: 'Сервер сейчас слишком загружен, чтобы это сохранить. Попробуйте снова.',
  databaseUnavailable: 'База данных сервера сейчас недоступна. Попробуйте снова.',
  failedReader: 'На сервере что-то пошло не так. Подключитесь снова.',
  internal: 'На сервере что-то пошло не так. Попробуйте снова.',
  notReady: 'Сервер ещё не готов. Попробуйте снова.',
  notStored: 'Сообщение сейчас не удалось сохранить. Попробуйте снова.',
  restarting: 'Сервер перезапускается. Попробуйте снова.',
  restartingReader: 'Сервер перезапускается. Подключитесь снова.',

  addressBookFull: (max) =>
    `Адресная книга заполнена: в\u00a0ней ${plural(max, 'контакт', 'контакта', 'контактов')}. Сначала удалите лишний.`,
  contactExpected: 'Отправьте объект вида { "name": "Маша", "phone": "+7 912 345-67-89" }.',
  contactFields: (fields) => `У\u00a0контакта есть имя и\u00a0телефон, но нет ${fields}.`,
  nameBeginsWithMark: 'Слово в\u00a0имени не может начинаться с\u00a0надстрочного знака.',
  nameBeginsWithStar: 'Имя не может начинаться с\u00a0«*».',
  nameCharacters: 'Имя состоит из букв, цифр и\u00a0знаков вроде «-», «_» и\u00a0«.».',
  nameDirections: 'В\u00a0одном слове имени нельзя смешивать направления письма.',
  nameEmpty: 'Имя не указано.',
  nameEndsWithColon: 'Слово в\u00a0имени не может заканчиваться на «:».',
  nameInvisible: 'В\u00a0имени есть управляющие или невидимые символы.',
  nameMarks: (max) =>
    `Над одной буквой имени может быть не больше ${plural(max, 'знака', 'знаков', 'знаков')}.`,
  nameNeeded: 'По имени вы входите в\u00a0учётную запись. Выберите другое имя.',
  nameNotText: 'Имя должно быть строкой.',
  nameReserved: 'Это имя занято сервером. Выберите другое.',
  nameStacked: 'Над одной буквой имени слишком много знаков.',
  nameTaken: (name) => `Имя «${name}» или похожее на него уже занято. Выберите другое.`,
  nameTooLong: (max) => `Имя должно быть ${upTo(max)}.`,
  phoneInvalid: (phone) =>
    `«${phone}»\u00a0— не номер телефона. Укажите его с\u00a0кодом страны, например +7 912 345-67-89.`,
  phoneNotText: 'Номер телефона должен быть строкой.',
  phoneTooLong: (max) => `Номер телефона должен быть ${upTo(max)}.`,
  usernameExpected: 'Отправьте объект вида { "username": "Маша" }.',

  cursorGone: 'Этого курсора больше нет в\u00a0истории комнаты. Читайте заново с\u00a0"earliest".',
  cursorMalformed: 'Это не курсор. Отправьте его таким, каким вернул сервер, или не отправляйте вовсе.',
  cursorNotText: 'Курсор должен быть строкой.',
  deletionExpected: 'Отправьте объект вида { "id": "…" } с\u00a0id сообщения, которое нужно удалить.',
  idMalformed: 'id должен быть UUID, например 9b2e6c1e-0f4a-4c37-a7a1-5d6d1c1c8f10.',
  idTaken: 'Этот id уже есть у\u00a0другого сообщения.',
  messageControls: 'В\u00a0сообщении есть управляющие символы.',
  messageEmpty: 'Сообщение пустое.',
  messageExpected: 'Отправьте объект вида { "message": "привет" }.',
  messageGone: 'Такого сообщения больше нет.',
  messageMissing: 'Такого сообщения нет.',
  messageNotText: 'Отправьте { "message": "…" }: сообщение должно быть строкой.',
  messageTooLong: (max) => `Сообщение должно быть ${upTo(max)}.`,
  messageUnicode: 'Сообщение записано не в\u00a0Unicode.',
  roomMalformed: 'В\u00a0имени комнаты от 1 до 40 символов: a–z, 0–9 и\u00a0«-».',
  roomNotText: 'Имя комнаты должно быть строкой.',
  typeUnknown: (types) => `Поле "type" принимает одно из значений: ${types}.`,

  accountFirst: 'Сначала создайте учётную запись: токен принадлежит ей.',
  browserFirst: 'Сначала откройте чат в\u00a0браузере: у\u00a0этого запроса нет cookie посетителя.',
  currentPasswordWrong: 'Текущий пароль неверен.',
  invitationGone: 'Эта ссылка-приглашение больше не действует. Попросите другую.',
  invitationMalformed: 'Это не ссылка-приглашение.',
  invitationPaste: 'Вставьте ссылку-приглашение.',
  invitationRole: 'Роль должна быть "member", "moderator" или "owner".',
  labelExpected: 'Отправьте объект вида { "label": "скрипт копий" }.',
  labelMissing: 'Назовите токен.',
  labelTooLong: (max) => `Название должно быть ${upTo(max)}.`,
  nameAndPasswordExpected: 'Отправьте объект вида { "username": "Маша", "password": "…" }.',
  nameFirst: 'Сначала выберите имя.',
  onlyWayIn:
    'Других способов войти у\u00a0вас нет. Сначала задайте пароль или добавьте ещё один ключ доступа.',
  passkeyExpected: 'Отправьте ответ navigator.credentials в\u00a0JSON.',
  passkeyKnown: 'Этот ключ доступа уже зарегистрирован. Войдите с\u00a0ним.',
  passkeysFull: (max) =>
    `У\u00a0вас уже ${plural(max, 'ключ доступа', 'ключа доступа', 'ключей доступа')}. Сначала удалите лишние.`,
  passkeyUnknown: 'Этот ключ доступа здесь не зарегистрирован.',
  passkeyUnverified: 'Не удалось проверить ключ доступа. Попробуйте снова.',
  passwordChanged: 'Пароль только что изменили. Повторите с\u00a0новым.',
  passwordNotText: 'Пароль должен быть строкой.',
  passwordTooLong: (max) => `Пароль должен быть ${upTo(max)}.`,
  passwordTooShort: (min) =>
    `В\u00a0пароле должно быть не меньше ${plural(min, 'символа', 'символов', 'символов')}.`,
  proxyOrigin: (page, own) =>
    `Эта страница\u00a0— ${page}, а\u00a0её запрос пришёл на ${own}. Если между ними прокси, он должен передавать Host и\u00a0X-Forwarded-Proto, а\u00a0TRUST_PROXY\u00a0— называть его.`,
  role: 'Роль должна быть "guest", "member", "moderator" или "owner".',
  secretExpected: 'Отправьте объект вида { "secret": "…" }.',
  signInFailed: 'Неверное имя или пароль.',
  tokenRefused: 'С\u00a0токеном нельзя менять учётную запись. Войдите в\u00a0браузере.',
  tokensFull: (max) =>
    `У\u00a0учётной записи может быть не больше ${plural(max, 'токена', 'токенов', 'токенов')}. Сначала отзовите лишние.`,
  visitorMalformed: 'Это не id посетителя.',

  auditPosition: '"before" должно быть "id" записи журнала.',
  booleanExpected: (field) => `"${field}" должно быть true или false.`,
  fieldForbidden: (field) => `Поле не может называться "${field}".`,
  fieldInvalid: (field) => `Недопустимое значение "${field}".`,
  numberExpected: (field) => `"${field}" должно быть числом.`,
  numberTooHigh: (field, max) => `"${field}" должно быть не больше ${max}.`,
  numberTooLow: (field, min) => `"${field}" должно быть не меньше ${min}.`,
  objectExpected: 'Отправьте объект JSON.',
  rangeExpected: (field, min, max) => `"${field}" должно быть целым числом от ${min} до ${max}.`,
  wholeNumberExpected: (field) => `"${field}" должно быть целым числом.`,

  languageExpected: 'Отправьте форму вида language=ru.',
  languageUnknown: (languages) => `Язык должен быть одним из: ${languages}.`,

  acceptHealth: 'По этому адресу есть application/json и\u00a0text/plain. Примите одно из них.',
  acceptRoom:
    'По этому адресу есть text/html, text/plain, application/x-ndjson и\u00a0text/event-stream. Примите одно из них.',
  addressTooLong: (kilobytes) => `Адрес длиннее ${kilobytes}\u00a0КБ.`,
  bodyEncoding: 'Отправьте тело запроса в\u00a0UTF-8 и\u00a0без сжатия.',
  bodyNotJson: 'Тело запроса\u00a0— не JSON.',
  bodyTooLarge: (kilobytes) => `Тело запроса больше ${kilobytes}\u00a0КБ.`,
  connectUnsupported: 'Этот сервер не прокси: CONNECT не поддерживается.',
  expectUnsupported: 'Из заголовков "Expect" поддерживается только "100-continue".',
  fileChanged: 'Файл изменился и\u00a0не отвечает условию запроса.',
  fileTooShort: 'Файл короче запрошенной части.',
  formExpected: 'Отправьте форму или просто сообщение: curl -d привет.',
  headersTooLarge: (kilobytes) => `Заголовки больше ${kilobytes}\u00a0КБ.`,
  hostMalformed: 'Неверный заголовок "Host".',
  hostNotName: 'В\u00a0заголовке "Host" должно быть имя узла, с\u00a0портом или без.',
  hostsDiffer: 'Заголовков "Host" больше одного.',
  jsonExpected: 'Отправьте JSON с\u00a0заголовком "Content-Type: application/json".',
  notFound: (method, path) => `Здесь ничего нет: ${method} ${path}.`,
  notHttp: 'Это не запрос HTTP.',
  percentEncoding: 'Адрес неверно закодирован знаками процента.',
  requestTimeout: 'Запрос приходил слишком долго.',
  unreadable: 'Запрос не удалось прочитать.',

  cursorExpected:
    'Отправьте объект вида { "cursor": "…" } с\u00a0курсором последнего прочитанного сообщения.',
  directAlone: 'Для личной переписки назовите хотя бы одного человека.',
  directHasNoDetails: 'У\u00a0личной переписки нет названия, темы и\u00a0архива.',
  peopleExpected: 'Отправьте объект вида { "people": ["…"] } с\u00a0идентификаторами участников.',
  peopleTooMany: (max) => `В\u00a0поле "people" не больше ${plural(max, 'человека', 'человек', 'человек')}.`,
  privateRoomNamed: 'Имя приватной комнаты выбирает сервер: уберите "room".',
  roomChangeExpected: 'Отправьте "title", "topic" или "archived".',
  roomExpected: 'Отправьте объект вида { "title": "Выходные" }.',
  roomOfPrivateForm: 'Такие имена бывают только у\u00a0приватных комнат. Выберите другое.',
  roomTaken: 'Комната с\u00a0таким именем уже есть. Выберите другое.',
  textExpected: (field) => `Поле "${field}" должно быть строкой.`,
  textInvisible: (field) => `В\u00a0поле "${field}" есть управляющие или невидимые символы.`,
  textTooLong: (field, max) => `Поле "${field}" должно быть ${upTo(max)}.`,
  titleEmpty: 'Название не указано.',

  connectionClosed: 'Это соединение закрыто. Подключитесь снова.',
  engineHandshake: (transport) => `Это не рукопожатие транспорта "${transport}".`,
  engineSession: 'Этот сеанс уже закрыт. Подключитесь снова.',
  engineStart: 'Сеанс начинается с\u00a0GET.',
  engineTransports: 'Здесь есть транспорты "polling" и\u00a0"websocket".',
  engineVersion: 'Используйте Engine.IO 4, как Socket.IO начиная с\u00a0версии 3.',
  eventUnknown: (events) => `Такого события нет. Есть ${events}.`,
  frameBinary: 'Отправляйте текст, а\u00a0не двоичные кадры.',
  frameIdTooLong: (max) => `"id" кадра должен быть ${upTo(max)}.`,
  frameNotJson: 'Кадр\u00a0— не JSON.',
  frameType: 'Отправьте объект с\u00a0полем "type".',
  jsonp: 'JSONP не поддерживается.',
  notHandshake: (reason) => `Это не рукопожатие WebSocket: ${reason}.`,
  oneSession: 'У\u00a0соединения может быть только один сеанс.',
  stalled: 'За 30\u00a0с ничего не прочитано. Подключитесь снова.',
  subprotocols: 'Здесь есть подпротоколы "json" и\u00a0"text".',
  webSocketMissing: (path) => `По адресу ${path} нет WebSocket.`,

  historyGone: 'Этого курсора больше нет в\u00a0истории комнаты.',
  messageDeleted: (name) => `Сообщение от «${name}» удалено.`,
  messagesHidden: 'Часть сообщений показать нельзя: этого курсора больше нет в\u00a0истории комнаты.',
  streamEnds: (cursor) => `Поток длится уже 15\u00a0минут. Продолжите с\u00a0?follow&after=${cursor}`,
  userDeletedMessage: (name) => `Сообщение удалено («${name}»).`,

  auditBan: (name, minutes, addresses) =>
    `доступ закрыт ${duration(minutes)}: ${[name, ...addresses].join(', ')}`,
  auditDelete: (room, writer) => `удалено сообщение (#${room}, ${writer})`,
  auditEditRoom: (room, title, topic, isArchived) =>
    [
      `комната #${room}`,
      ...(title ? [`название «${title}»`] : []),
      ...(topic ? [`тема «${topic}»`] : []),
      isArchived ? 'в\u00a0архиве' : 'не в\u00a0архиве',
    ].join(', '),
  auditInvite: (role, uses) =>
    `создана ссылка-приглашение: ${roles[role]}${uses > 1 ? `, до ${plural(uses, 'человека', 'человек', 'человек')}` : ''}`,
  auditMute: (name, minutes) => `писать запрещено ${duration(minutes)}: ${name}`,
  auditRedeem: (role) => `вход по ссылке-приглашению, роль\u00a0— ${roles[role]}`,
  auditRevoke: 'ссылка-приглашение отозвана',
  auditRole: (name, role) => `новая роль: ${name}\u00a0— ${roles[role]}`,
  auditRoom: (room, isLocked, interval) =>
    `комната #${room}: ${isLocked ? 'закрыта' : 'открыта'}, ${interval > 0 ? `одно сообщение раз в\u00a0${numbers.format(interval)}\u00a0с` : 'без медленного режима'}`,
  auditServer: 'Сервер',
  auditUnban: (name) => `доступ открыт: ${name}`,
  auditUnknown: (action) => `действие, неизвестное этой версии Parley (${action})`,
  auditUnmute: (name) => `писать снова можно: ${name}`,
};
