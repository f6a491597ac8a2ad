/**
 * Removes the oldest entries of a map: those that are over, and a tenth of all where there are too many. To be called now and then, not for
 * each new entry: a map walks over what was removed from its beginning each time.
 *
 * @param isOver whether an entry is not needed any more; where one is not, those behind it are not either
 */
export function dropOldest<K, V>(entries: Map<K, V>, isOver: (value: V) => boolean, max: number): void {
  const keep = entries.size > max ? max - Math.ceil(max / 10) : max;
  for (const [key, value] of entries) {
    if (entries.size <= keep && !isOver(value)) return;
    entries.delete(key);
  }
}
