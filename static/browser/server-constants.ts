/** The server's constants that this page needs, as views/chat.ejs writes them on its root element. */
interface ServerConstants {
  /** The longest name, of a visitor or a contact, in code points. */
  nameMax: number;
  /** The longest message, in code points. */
  messageMax: number;
}

/** Returns the server's constants. */
export function serverConstants(): ServerConstants {
  const { nameMax, messageMax } = document.documentElement.dataset;
  return { nameMax: Number(nameMax), messageMax: Number(messageMax) };
}
