// Which peers may connect: addresses and networks, or everybody when there are none. Unix sockets are not asked; their
// file's permissions decide.
import { BlockList, isIP } from 'node:net';
import { AccessFault } from './password-hash.js';

export class AddressFilter {
  readonly #networks: BlockList | null;

  /**
   * @param entries `10.0.0.0/8`, `192.0.2.7`, `2001:db8::/32`, `::1`; none allows everybody
   * @throws AccessFault for an entry that is no address or network
   */
  constructor(entries: readonly string[]) {
    this.#networks = entries.length === 0 ? null : new BlockList();
    for (const entry of entries) this.#add(entry);
  }

  allows(address: string | undefined): boolean {
    if (this.#networks === null || address === undefined) return true;
    // a socket that takes both families shows IPv4 peers like this
    const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
    const withoutZone = plain.split('%', 1)[0] ?? plain;
    return this.#networks.check(withoutZone, isIP(withoutZone) === 6 ? 'ipv6' : 'ipv4');
  }

  #add(entry: string): void {
    const [address = '', prefix, more] = entry.split('/');
    const version = isIP(address);
    const family = version === 6 ? 'ipv6' : 'ipv4';
    const bits = prefix === undefined ? undefined : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
    const isUsable =
      version !== 0 && more === undefined && (bits === undefined || (bits >= 0 && bits <= (version === 6 ? 128 : 32)));
    if (!isUsable)
      throw new AccessFault(
        `'${entry.slice(0, 60)}' is no address or network; they look like 10.0.0.0/8, 192.0.2.7, 2001:db8::/32 or ::1`,
      );
    if (bits === undefined) this.#networks?.addAddress(address, family);
    else this.#networks?.addSubnet(address, bits, family);
  }
}
