'use strict';

const bcd = require('@mdn/browser-compat-data');

/** Interfaces whose members the compiler declares in mixins, which the compatibility data does not have. */
const MIXIN_HOSTS = ['Element', 'HTMLElement', 'Document', 'Window'];

/** Whether a browser has a feature in this version; partial implementations count. */
function isSupported(compat, browser, version) {
  return [compat.support[browser] ?? []].flat().some((statement) => {
    if (statement.flags || statement.prefix || statement.alternative_name) return false;
    if (statement.version_removed) return false;
    return parseFloat(String(statement.version_added).replace('≤', '')) <= version;
  });
}

/** Returns the compatibility data of a member of an interface, or of a global if there is no owner; undefined if unknown. */
function findCompat(owner, name) {
  const { api, javascript } = bcd;
  const { builtins, functions } = javascript;
  if (!owner) return (api[name] ?? builtins[name] ?? functions[name] ?? api.Window[name])?.__compat;
  const plain = owner.replace(/Constructor$/, '').replace(/^Readonly(?=[A-Z])/, '');
  const owners = api[plain]
    ? [api[plain]]
    : builtins[plain]
      ? [builtins[plain]]
      : MIXIN_HOSTS.map((host) => api[host]);
  for (const candidate of owners) {
    const entry = candidate[name] ?? candidate[`${name}_static`];
    if (entry?.__compat) return entry.__compat;
  }
  return undefined;
}

/** Returns the interface and the name under which the compiler's library declares a symbol; undefined if it does not. */
function findDeclaration(symbol) {
  const declaration = symbol?.declarations?.[0];
  if (!declaration?.getSourceFile().fileName.match(/\/lib\.[^/]*\.d\.ts$/)) return undefined;
  // The owner is an interface, or the variable or namespace whose type literal or block contains the declaration.
  for (let { parent } = declaration; parent; { parent } = parent)
    if (parent.name) return { owner: parent.name.text, name: symbol.name };
  return { owner: undefined, name: symbol.name };
}

/**
 * Forbids features that one of the oldest supported browsers lacks. Unlike rules that go by names alone, it asks the
 * compiler which interface a member belongs to, so it also covers methods of instances.
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

    function check(node, symbol = checker.getSymbolAtLocation(esTreeNodeToTSNodeMap.get(node))) {
      const feature = findDeclaration(symbol);
      const compat = feature && findCompat(feature.owner, feature.name);
      if (!compat) return;
      const missing = Object.entries(context.options[0]).filter(
        ([browser, version]) => !isSupported(compat, browser, version),
      );
      if (missing.length === 0) return;
      const name = [feature.owner, feature.name].filter(Boolean).join('.');
      const browsers = missing
        .map(([browser, version]) => `${bcd.browsers[browser].name} ${version}`)
        .join(', ');
      context.report({ node, messageId: 'missing', data: { feature: name, browsers } });
    }

    return {
      'MemberExpression[computed=false] > Identifier.property': (node) => check(node),
      'ObjectPattern > Property[computed=false] > Identifier.key': (node) =>
        check(node, typeOf(node.parent.parent).getProperty(node.name)),
      ':matches(CallExpression, NewExpression) > Identifier.callee': (node) => check(node),
      'MemberExpression > Identifier.object': (node) => check(node),
    };
  },
};
