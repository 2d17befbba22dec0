import { BlockList, isIP } from 'node:net';

/** An address, or a network as CIDR writes it: `10.0.0.0/8`. */
const NETWORK = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/;

const BITS = { ipv4: 32, ipv6: 128 } as const;

interface Network {
  address: string;
  bits: number;
  family: 'ipv4' | 'ipv6';
}

/**
 * Reads the setting: addresses and networks, separated by commas.
 * @throws Error that names the part that is neither, and shows what one looks like.
 */
export function parseNetworks(setting: string): readonly string[] {
  const parts = setting.split(',').map(part => part.trim());
  for (const part of parts) networkOf(part);
  return parts;
}

/** A list of networks that answers whether an address is in one. They are as {@link parseNetworks} checked them. */
export function networksOf(parts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const { address, bits, family } of parts.map(networkOf)) list.addSubnet(address, bits, family);
  return list;
}

function networkOf(text: string): Network {
  const [, address = '', length] = NETWORK.exec(text) ?? [];
  const family = ({ 0: undefined, 4: 'ipv4', 6: 'ipv6' } as const)[isIP(address) as 0 | 4 | 6];
  const bits = Number(length ?? (family && BITS[family]));
  if (!family || bits > BITS[family]) {
    throw new Error(
      `"${text}" is neither an address nor a network: give such as 10.0.0.5, 10.0.0.0/8 or fd00::/8`,
    );
  }
  return { address, bits, family };
}
