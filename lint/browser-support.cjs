'use strict';

const bcd = require('@mdn/browser-compat-data');

/** Where the members are documented of the interfaces that the compiler's types mix into others. */
const MIXED_INTO = ['Element', 'HTMLElement', 'Document', 'Window'];

/** Returns whether a feature's entry says that it came with this version of a browser, or before, if with faults. */
function isIn(compat, browser, version) {
  return [compat.support[browser] ?? []].flat().some((statement) => {
    if (statement.flags || statement.prefix || statement.alternative_name) return false;
    if (statement.version_removed) return false;
    return parseFloat(String(statement.version_added).replace('≤', '')) <= version;
  });
}

/** Returns the entry for a member of an interface, or for a global one; nothing where none is known. */
function entryOf(owner, name) {
  const { api, javascript } = bcd;
  const { builtins, functions } = javascript;
  if (!owner) return (api[name] ?? builtins[name] ?? functions[name] ?? api.Window[name])?.__compat;
  const plain = owner.replace(/Constructor$/, '').replace(/^Readonly(?=[A-Z])/, '');
  const owners = api[plain]
    ? [api[plain]]
    : builtins[plain]
      ? [builtins[plain]]
      : MIXED_INTO.map((one) => api[one]);
  for (const one of owners) {
    const entry = one[name] ?? one[`${name}_static`];
    if (entry?.__compat) return entry.__compat;
  }
  return undefined;
}

/** Returns by what interface, and under what name, the compiler's library declares a symbol; nothing if it does not. */
function origin(symbol) {
  const declaration = symbol?.declarations?.[0];
  if (!declaration?.getSourceFile().fileName.match(/\/lib\.[^/]*\.d\.ts$/)) return undefined;
  // An interface's name, or that of the variable or namespace whose literal type or block this stands in.
  for (let { parent } = declaration; parent; { parent } = parent)
    if (parent.name) return { owner: parent.name.text, name: symbol.name };
  return { owner: undefined, name: symbol.name };
}

/**
 * Forbids what one of the oldest supported browsers does not have. Unlike rules that go by names alone, it asks the
 * compiler what a member belongs to, so it knows methods of instances too.
 *
 * Option: the oldest version of each browser, by its name in MDN's browser compatibility data.
 * @type {import('eslint').Rule.RuleModule}
 */
module.exports = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object', additionalProperties: { type: 'number' } }],
    messages: { missing: '{{ feature }} is not in {{ browsers }}.' },
  },
  create(context) {
    const { program, esTreeNodeToTSNodeMap } = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();

    const typeOf = (node) => checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(node));

    function look(node, symbol = checker.getSymbolAtLocation(esTreeNodeToTSNodeMap.get(node))) {
      const found = origin(symbol);
      const compat = found && entryOf(found.owner, found.name);
      if (!compat) return;
      const missing = Object.entries(context.options[0]).filter(
        ([name, version]) => !isIn(compat, name, version),
      );
      if (missing.length === 0) return;
      const feature = [found.owner, found.name].filter(Boolean).join('.');
      const browsers = missing.map(([name, version]) => `${bcd.browsers[name].name} ${version}`).join(', ');
      context.report({ node, messageId: 'missing', data: { feature, browsers } });
    }

    return {
      'MemberExpression[computed=false] > Identifier.property': (node) => look(node),
      'ObjectPattern > Property[computed=false] > Identifier.key': (node) =>
        look(node, typeOf(node.parent.parent).getProperty(node.name)),
      ':matches(CallExpression, NewExpression) > Identifier.callee': (node) => look(node),
      'MemberExpression > Identifier.object': (node) => look(node),
    };
  },
};
