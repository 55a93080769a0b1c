import type { PageWords } from '../en/page';

const numbers = new Intl.NumberFormat('ru');
const plurals = new Intl.PluralRules('ru');
const plural = (count: number, one: string, few: string, many: string): string =>
  `${numbers.format(count)}\u00a0${{ one, few, many, other: few, zero: many, two: few }[plurals.select(count)]}`;

export const words: PageWords = {
  language: 'ru',
  locale: 'ru',

  connecting: 'Подключение',
  inSeconds: (seconds) => `через ${seconds}\u00a0с`,
  live: 'На связи',
  liveOver: (transport) => `На связи · ${transport}`,
  networkAnswered: 'Вместо сервера ответила сеть. Проверьте, не просит ли она войти.',
  notConnected: 'нет связи',
  offline: 'Нет сети',
  overTransport: (transport) => `через ${transport}`,
  readUpTo: (seq) => `Прочитано до #${seq}`,
  reconnecting: 'Переподключение',
  reloadPage: 'Что-то пошло не так. Обновите страницу.',
  serverStatus: (status) => `Сервер ответил с кодом ${status}. Попробуйте позже.`,
  serverUnreachable: 'Сервер недоступен. Проверьте подключение и попробуйте снова.',
  transports: {
    websocket: 'WebSocket',
    polling: 'опрос Socket.IO',
    sse: 'SSE',
    subscribe: 'длинный опрос',
    poll: 'опрос',
  },
  waitingCount: (count) => `${numbers.format(count)} в\u00a0очереди`,

  charactersLeft: (count) =>
    `${plurals.select(count) === 'one' ? 'Остался' : 'Осталось'} ${plural(count, 'символ', 'символа', 'символов')}`,
  charactersTooMany: (count) => `${plural(count, 'лишний символ', 'лишних символа', 'лишних символов')}`,
  holding: 'Слишком много сообщений подряд. Следующее отправится',
  notSent: 'Не отправлено',
  sending: 'Отправляется…',
  sent: 'Отправлено',
  waiting: 'Ожидает…',
  waitingForConnection: 'Ждёт подключения',
  writtenByOther: (name) => `Написано под другим именем. При повторе отправится от имени ${name}.`,

  muted: 'Модератор запретил вам писать. Читать можно.',
  roomLocked: 'Комната закрыта: писать могут только модераторы.',
  seconds: (seconds) => `${seconds}\u00a0с`,
  slowMode: (seconds) => `Медленный режим: одно сообщение раз в\u00a0${seconds}\u00a0с.`,

  beginning: (room) => `Начало #${room}`,
  deleted: 'Удалено',
  deleteForEveryone: 'Удалить для всех',
  deleteMessage: 'Удалить сообщение',
  latest: 'К последним',
  loadingNewer: 'Загружаются новые сообщения…',
  loadingOlder: 'Загружаются прежние сообщения…',
  newerFailed: 'Не удалось загрузить новые сообщения.',
  newMessages: (count) =>
    count === 1 ? 'Новое сообщение' : plural(count, 'новое сообщение', 'новых сообщения', 'новых сообщений'),
  olderFailed: 'Не удалось загрузить прежние сообщения.',
  showLess: 'Свернуть',
  showMore: 'Показать полностью',
  today: 'Сегодня',
  yesterday: 'Вчера',
  yourMessage: 'Ваше сообщение',

  anonymous: 'Аноним',
  andMore: (count) => `и\u00a0ещё ${numbers.format(count)}`,
  extension: (digits) => `доб. ${digits}`,
  isBanned: (name) => `${name}: доступ закрыт.`,
  isMuted: (name) => `${name}: писать запрещено.`,
  nameTooLong: (max) => `Имя длиннее ${plural(max, 'символа', 'символов', 'символов')}.`,
  removeContact: (name) => `Удалить: ${name}`,
  typing: (names, others) => {
    if (names.length === 1 && others === 0) return `${names[0]} печатает…`;
    return others === 0
      ? `${names.join(' и\u00a0')} печатают…`
      : `${names.join(', ')} и\u00a0ещё ${others} печатают…`;
  },

  copied: 'Скопировано.',
  joinAs: {
    member: 'Присоединяйтесь к\u00a0этому чату.',
    moderator: 'Присоединяйтесь к\u00a0этому чату как модератор.',
    owner:
      'Присоединяйтесь к\u00a0этому чату как владелец. Вы решаете, кто сюда входит и\u00a0что может делать.',
  },
  passkeyAdded: 'Ключ доступа добавлен.',
  passkeyExists: 'На этом устройстве уже есть ключ доступа к\u00a0этой учётной записи.',
  passkeyUnused: 'Ключ доступа не использован. Попробуйте снова или введите пароль.',
  passwordSaved: 'Пароль сохранён.',
  selected: 'Выделено. Скопируйте с\u00a0клавиатуры.',
};
