import { BUS_IDENTITIES, permissionsOf, SET_UP_IDENTITY } from './identities.js';

/**
 * The `authorization` block of nats-server for a site: one nkey for each identity, with the rights of the table, and the set-up
 * identity with all of them. Nobody else can connect.
 *
 * `publicKeys` has the public nkey of each name; an identity without one is left out, so it cannot connect.
 */
export function brokerAuthorisation(site: string, publicKeys: ReadonlyMap<string, string>): string[] {
  const users = BUS_IDENTITIES.flatMap((identity) => {
    const nkey = publicKeys.get(identity.name);
    if (nkey === undefined) return [];
    const { publish, subscribe } = permissionsOf(identity, site);
    return [
      `    # ${identity.name}`,
      `    { nkey: ${nkey}, permissions: {`,
      `      publish: { allow: ${JSON.stringify(publish)} },`,
      `      subscribe: { allow: ${JSON.stringify(subscribe)} }`,
      '    } }',
    ];
  });
  const setUp = publicKeys.get(SET_UP_IDENTITY);
  const operator = setUp === undefined ? [] : [`    # ${SET_UP_IDENTITY}`, `    { nkey: ${setUp} }`];
  return ['authorization {', '  users: [', ...operator, ...users, '  ]', '}'];
}
