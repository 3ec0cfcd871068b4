// Sets of things by the number of what they belong to; a set that is empty is not there.

/** The set of `key`, made where there is none. */
export function grouped<Item>(groups: Map<number, Set<Item>>, key: number): Set<Item> {
  let group = groups.get(key);
  if (group === undefined) {
    group = new Set();
    groups.set(key, group);
  }
  return group;
}

/** Takes an item out of the set of `key`. */
export function ungroup<Item>(groups: Map<number, Set<Item>>, key: number, item: Item): void {
  const group = groups.get(key);
  if (group === undefined) return;
  group.delete(item);
  if (group.size === 0) groups.delete(key);
}
