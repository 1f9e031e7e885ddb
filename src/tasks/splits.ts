import { createRandom } from '../algorithms/random.js';
import { inputError } from '../errors.js';
import { wholeSplit } from './files/find.js';

/**
 * The splits of a set that comes as one: all of it, and two parts that have no row in common. Which part
 * a row is in is decided by its id alone, so that neither order nor new rows move it.
 */
export function cutOnes<Item extends { id: string }>(
  task: string,
  rows: readonly Item[],
  heldOutShare: number,
): Map<string, Item[]> {
  if (!(heldOutShare >= 0 && heldOutShare < 1))
    throw inputError(
      `Task ${task}: expected a held-out share from 0 to below 1, got ${heldOutShare}.`,
    );
  const isHeldOut = rows.map(({ id }) => createRandom(`held out/${id}`).next() < heldOutShare);
  return new Map([
    [wholeSplit, [...rows]],
    ['train', rows.filter((_, i) => !isHeldOut[i])],
    ['held_out', rows.filter((_, i) => isHeldOut[i])],
  ]);
}

/** Passes items on, and refuses one whose id came before: records are found by it. */
export function uniqueIds(): <Item extends { id: string }>(item: Item, place: string) => Item {
  const places = new Map<string, string>();
  return (item, place) => {
    const before = places.get(item.id);
    if (before !== undefined) throw inputError(`its id ${item.id} is also that of ${before}.`);
    places.set(item.id, place);
    return item;
  };
}
