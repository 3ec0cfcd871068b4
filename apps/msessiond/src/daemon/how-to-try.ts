// What somebody who typed `npm start` sees next: three ways to talk to the server, to copy as they are.

export interface ListeningAt {
  readonly host: string;
  readonly port: number;
}

/** Lines for the terminal; the commands are run by a test as they stand here. */
export function howToTry({ host, port }: ListeningAt): string {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return [
    '',
    'Try it from another terminal:',
    '',
    `  redis-cli -h ${host} -p ${port} CREATE visit-1`,
    `  redis-cli -h ${host} -p ${port} INC globals counter`,
    `  npx msession --url ${address} set visit-1 user ada`,
    `  node -e "import('@msession/client').then(async ({ createClient }) => { const c = createClient({ url: '${address}' }); console.log(await c.getval('visit-1', 'user')); await c.close(); })"`,
    `  php -r 'require "packages/php/functions.php"; msession_connect("${host}", "${port}"); echo msession_get("visit-1", "user", "nobody"), "\\n";'`,
    '',
    'Ctrl-C stops it.',
    '',
  ].join('\n');
}
